#!/bin/bash
# A base image where no registry can be reached: Debian by debootstrap, with what python:3.13-slim has.
# base.sh IMAGE FOLDER: needs root, a running engine, and FOLDER to work in.
set -euo pipefail
image=$1 root=$2/base
rm -rf "$root"
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates trixie "$root"
# What the official image leaves out too.
rm -rf "$root"/usr/share/{doc,man,locale}/* "$root"/var/{cache/apt,lib/apt/lists,log}/*
mkdir -p "$root/var/cache/apt/archives/partial" "$root/var/lib/apt/lists/partial"
ln -sf /usr/bin/python3 "$root/usr/local/bin/python"
# What this machine trusts, the builds on it trust: a proxy of its own may sign for the registries.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
tar -C "$root" -c . | docker import \
    --change 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt LANG=C.UTF-8' \
    --change 'CMD ["python3"]' - "$image"
rm -rf "$root"
