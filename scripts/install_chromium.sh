#!/bin/sh
# The tests of pages need a Chromium. Install Debian's where that is possible, otherwise say what to do.
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core >/dev/null && exit 0
fi
echo "The tests of pages need Chromium or Chrome and none was found." >&2
echo "Install it (Debian, Ubuntu: sudo apt-get install chromium), or set THEMATIC_CHROMIUM=/path/to/chrome," >&2
echo "or leave those tests out with THEMATIC_NO_BROWSER=1 make test." >&2
[ -n "${THEMATIC_CHROMIUM:-}${THEMATIC_NO_BROWSER:-}" ]
