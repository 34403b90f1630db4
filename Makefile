# make demo    the tutorial day, end to end, on an embedded cluster
# make test    everything that is checked before a merge
# make help    the rest

SWIFT ?= swift
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=

# What follows takes options: make simulate SEEDS=100000, make demo DEMO_FLAGS=--keep, …
DEMO_FLAGS ?=
# A pattern of test names, for less than all of them.
FILTER ?=
LIB ?=
SEEDS ?= 20000
SECONDS ?= 60
MINUTES ?= 10
BENCH_TARGET ?= stockd-bench
BENCH_FLAGS ?=
INSTRUCTIONS_FLAGS ?=

RELEASE := .build/release/stockd
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Target.swift

.DEFAULT_GOAL := build
.PHONY: help demo check test test-librdkafka build release lint format config bench instructions soak fuzz simulate install deb \
	test-deb test-systemd clean build-dependencies test-dependencies package-dependencies

help:
	@echo "demo      the tutorial day on an embedded cluster (DEMO_FLAGS=--keep goes on until Ctrl-C)"
	@echo "check     lint, then the tests that need no broker and no waiting"
	@echo "test      lint, then all tests (FILTER=name; STOCKD_TEST_BROKERS=host:port for a real broker)"
	@echo "test-librdkafka  the tests of Kafka and the daemon on the librdkafka in LIB=folder"
	@echo "build     debug build           release   optimised build"
	@echo "lint      check the format      format    apply it"
	@echo "bench     speed and memory, next to a bare librdkafka consumer"
	@echo "instructions  of decode, apply and encode against Benchmarks/instructions.json"
	@echo "soak      a steady load for MINUTES=$(MINUTES): memory, lag and state-topic size over time"
	@echo "fuzz      libFuzzer on the decoder, SECONDS=$(SECONDS)"
	@echo "simulate  the simulator, SEEDS=$(SEEDS)"
	@echo "config    write Config/stockd.yaml and docs/configuration.md from the table of keys"
	@echo "deb       the Debian package, into .build/package (DEBFULLNAME, DEBEMAIL name its maintainer)"
	@echo "test-deb  lintian, then install, upgrade, remove and purge it in a clean tree (as root)"
	@echo "test-systemd  the package under a real systemd, in a container or virtual machine (as root)"
	@echo "install   into PREFIX=$(PREFIX), DESTDIR=$(DESTDIR)"

build-dependencies:
	@Scripts/install-dependencies.sh build

test-dependencies:
	@Scripts/install-dependencies.sh test
	@Scripts/promtool.sh >/dev/null
	@Scripts/alertmanager.sh >/dev/null

package-dependencies:
	@Scripts/install-dependencies.sh package

build: build-dependencies
	$(SWIFT) build

# Swift's own libraries go into the binary: where it is installed there need be no toolchain.
release: build-dependencies
	@Scripts/quietly.sh "building stockd (minutes the first time, seconds after)" \
		$(SWIFT) build -c release --product stockd --static-swift-stdlib

# The debug build takes half the time of the release, and the tests go on from it.
demo: build-dependencies
	@Scripts/quietly.sh "building stockd (minutes the first time, seconds after)" \
		$(SWIFT) build --product stockd
	@.build/debug/stockd demo $(DEMO_FLAGS)

lint:
	$(SWIFT) format lint --strict --recursive --parallel $(SWIFT_SOURCES)

format:
	$(SWIFT) format --in-place --recursive --parallel $(SWIFT_SOURCES)

test: test-dependencies lint
	@Scripts/test.sh $(FILTER)

# For the time between two edits: no broker, no browser, no waiting.
check: build-dependencies lint
	@Scripts/test.sh quick

# The tests of Kafka and of the daemon on the librdkafka in a folder, such as PyPI's confluent-kafka carries one.
test-librdkafka: test-dependencies
	@Scripts/test-librdkafka.sh $(LIB)

config:
	STOCKD_TEST_WRITE_CONFIG=1 $(SWIFT) test --filter "ShippedFileTests|DocumentTests/configurationPage"

# The gate of .ci/run: instruction counts repeat where times do not. INSTRUCTIONS_FLAGS=--update keeps new ones.
instructions: test-dependencies
	@Benchmarks/instructions.sh $(INSTRUCTIONS_FLAGS)

# "--only postgres" and "--only notify" run the daemon itself, beside a PostgreSQL server or a receiver of their own.
bench: build-dependencies $(if $(findstring postgres,$(BENCH_FLAGS))$(findstring notify,$(BENCH_FLAGS)),release)
	$(SWIFT) run -c release --static-swift-stdlib --disable-build-manifest-caching --package-path Benchmarks \
		$(BENCH_TARGET) $(BENCH_FLAGS)

fuzz:
	Fuzz/run.sh $(SECONDS)

# BROKERS=host:port for a cluster of your own.
soak: release
	$(SWIFT) run -c release --static-swift-stdlib --disable-build-manifest-caching --package-path Benchmarks \
		stockd-bench --only soak --seconds $$(( $(MINUTES) * 60 )) --program $(CURDIR)/$(RELEASE)

simulate: build-dependencies
	STOCKD_SIM_SEEDS=$(SEEDS) $(SWIFT) test --no-parallel --filter SimulationTests

# Configuration that is there is left alone: it is someone's.
install: release
	install -D -m 0755 $(RELEASE) "$(DESTDIR)$(PREFIX)/bin/stockd"
	install -d "$(DESTDIR)$(PREFIX)/lib/systemd/system" "$(DESTDIR)$(SYSCONFDIR)/stockd"
	for unit in stockd.service stockd-notify.service; do \
		sed -e 's#/usr/local/#$(PREFIX)/#g' -e 's#/etc/stockd/#$(SYSCONFDIR)/stockd/#g' "Config/$$unit" \
			> "$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit" \
			&& chmod 0644 "$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit" || exit 1; \
	done
	for file in stockd.yaml products.csv warehouses.csv; do \
		test -e "$(DESTDIR)$(SYSCONFDIR)/stockd/$$file" \
			|| install -m 0644 "Config/$$file" "$(DESTDIR)$(SYSCONFDIR)/stockd/$$file" || exit 1; \
	done
	install -m 0600 Config/stockd.env.example "$(DESTDIR)$(SYSCONFDIR)/stockd/stockd.env.example"
	install -D -m 0644 Config/stockd.yaml "$(DESTDIR)$(PREFIX)/share/doc/stockd/stockd.yaml"
	Packaging/install-documents.sh "$(DESTDIR)$(PREFIX)/share/doc/stockd"
	install -D -m 0644 docs/stockd.8 "$(DESTDIR)$(PREFIX)/share/man/man8/stockd.8"
	install -d "$(DESTDIR)$(PREFIX)/share/bash-completion/completions" \
		"$(DESTDIR)$(PREFIX)/share/zsh/site-functions" "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	$(RELEASE) --generate-completion-script bash \
		> "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/stockd"
	$(RELEASE) --generate-completion-script zsh > "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_stockd"
	$(RELEASE) --generate-completion-script fish \
		> "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/stockd.fish"

deb: release package-dependencies
	@Packaging/build-deb.sh $(RELEASE) .build/package

# The maintainer's address is the builder's to give; everything else has to be right.
test-deb: deb
	lintian --allow-root --fail-on warning \
		--suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog .build/package/stockd_*.deb
	Packaging/test-deb.sh .build/package/stockd_*.deb

# As root, ten minutes: the package under a real systemd, in a container or a virtual machine.
test-systemd: deb
	@Scripts/install-dependencies.sh machine
	Packaging/systemd-test/run.sh .build/package/stockd_*.deb

clean:
	rm -rf --one-file-system .build Benchmarks/.build
