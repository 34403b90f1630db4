#include "CPage.h"

static const unsigned char html[] = {
#embed "page.html"
};
static const unsigned char css[] = {
#embed "page.css"
};
static const unsigned char js[] = {
#embed "page.js"
};
static const unsigned char icon[] = {
#embed "icon.svg"
};
static const unsigned char description[] = {
#embed "openapi.json"
};

const cpage_file cpage_html = {html, sizeof html};
const cpage_file cpage_css = {css, sizeof css};
const cpage_file cpage_js = {js, sizeof js};
const cpage_file cpage_icon = {icon, sizeof icon};
const cpage_file cpage_description = {description, sizeof description};
