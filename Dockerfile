# syntax=docker/dockerfile:1
FROM swift:6.3-bookworm AS build
# Versions are not pinned (hadolint's DL3008): security updates must come in.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends librdkafka-dev libmimalloc-dev libpq-dev libcurl4-openssl-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies alone first: they are fetched again only when the manifest changes.
COPY Package.swift Package.resolved* ./
RUN swift package resolve
COPY Sources Sources
# SwiftPM looks at the directory of every target, tests included, before it builds one.
COPY Tests Tests
RUN swift build -c release --product stockd --static-swift-stdlib \
    && install -D -s .build/release/stockd /out/usr/local/bin/stockd

FROM debian:12-slim
# librdkafka, libpq, libcurl and mimalloc as Debian ships them, CA certificates for TLS brokers, SASL, and what Swift's static library leaves
# dynamic.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates librdkafka1 libcurl4 libmimalloc2.0 libpq5 libstdc++6 libsasl2-modules \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin stockd
COPY --from=build /out/ /
COPY Config/stockd.yaml Config/products.csv Config/warehouses.csv /etc/stockd/
USER 10001:10001
# SIGTERM finishes the transaction and leaves the group, within 10 s.
STOPSIGNAL SIGTERM
# A live process that is not ready, because the broker is away for one, must not be restarted: /health/ready is for
# those who route to it. `stockd top --once` ends with 69 when nothing answers.
ENTRYPOINT ["/usr/local/bin/stockd"]
CMD ["run", "--config", "/etc/stockd/stockd.yaml"]
