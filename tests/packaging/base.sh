#!/bin/bash
# Makes FOLDER/base.tar, Debian with its Python as the images' base, and puts Docker's
# own reader of compose files beside it. Run it as `unshare -m base.sh FOLDER`: what
# it mounts is gone with it.
set -euo pipefail
folder=$1 keyring=$2
root=$folder/root
mkdir -p "$root"
mount -t tmpfs -o mode=755 none "$root" # fast: nothing waits for disks
debootstrap --variant=minbase --keyring="$keyring" \
  --include=python3,python3-venv,ca-certificates trixie "$root"
ln -s python3 "$root/usr/bin/python"
# whom this machine trusts, where something stands between it and the world
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
fi
chroot "$root" sh -c 'cd /tmp && apt-get -qq update &&
  apt-get -qq -o APT::Sandbox::User=root download docker-compose &&
  dpkg -x docker-compose_*.deb /tmp/unpacked'
find "$root/tmp/unpacked" -type f -name docker-compose -perm /1 -exec cp {} "$folder" \;
rm -rf "$root"/tmp/* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
tar -C "$root" --one-file-system -cf "$folder/base.tar.new" .
mv "$folder/base.tar.new" "$folder/base.tar"
