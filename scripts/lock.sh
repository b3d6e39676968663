#!/bin/sh
# Resolve pyproject.toml with every extra in an empty environment and write what was installed to constraints.txt.
set -eu
python=$1
torch=2.13.0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$python" -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check "torch==$torch"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check --editable '.[test,oracles,pdf,ner,ray,docs]'
{
  echo "# Versions that the tests run with. Made by \`make lock\`; do not edit."
  # A local version such as 2.13.0+cpu names a build, not a version: the pin must fit every build.
  "$scratch/venv/bin/pip" freeze --exclude-editable | grep -v '^-e' | sed 's/ @ .*//; s/+[a-z0-9.]*$//'
} > constraints.txt
