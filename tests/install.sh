#!/bin/bash
# Installs what `make demo` and `make test` need: a Python with venv (by apt),
# the pinned Python packages (into .venv) and private copies of the servers, and
# of tools that check what is handed out (into .cache/servers). Does nothing when
# all is there.
#
# The servers' Debian packages are downloaded and unpacked, never installed: no
# maintainer script runs, so no service is enabled, started or changed, no user
# is made and no port opened. A server that the machine already has is used as
# a program only.
set -euo pipefail
cd "$(dirname "$0")/.."

# What each server needs beside its own dependencies, which apt resolves.
declare -A packages=(
  [prosody]="prosody lua-sec lua-unbound prosody-modules openssl"
  [ejabberd]="ejabberd openssl"
  [postgresql]="postgresql"
  [faketime]="libfaketime"
  [prometheus]="prometheus"
  [luacheck]="lua-check"
  [tools]="systemd strace zsh fish mandoc buildah debootstrap debian-archive-keyring"
)

say() { printf 'install: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs root for: $* (become root, or install sudo)"
  fi
}

# needrestart, on Ubuntu, would restart the machine's services after any install.
apt_root() {
  as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
    apt-get -qq -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

refreshed=
refresh_lists() {
  [ -z "$refreshed" ] || return 1
  say "refreshing the package lists"
  apt_root update
  refreshed=yes
}

installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^.i'; }

# The newest Python from 3.11 on; the machine's own python3 first.
find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      command -v "$name"
      return
    fi
  done
  return 1
}

install_python() {
  local wanted=()
  command -v python3 >/dev/null || wanted+=(python3 python3-venv)
  # PostgreSQL reads the machine's time zones; minimal images have none.
  [ -e /usr/share/zoneinfo/UTC ] || wanted+=(tzdata)
  if python=$(find_python) && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    wanted+=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")
  fi
  if [ "${#wanted[@]}" -gt 0 ]; then
    say "installing ${wanted[*]}"
    apt_root install -y --no-install-recommends "${wanted[@]}" >/dev/null 2>&1 ||
      { refresh_lists &&
        apt_root install -y --no-install-recommends "${wanted[@]}" >/dev/null; } ||
      fail "apt-get could not install ${wanted[*]}"
  fi
  python=$(find_python) ||
    fail "no Python 3.11 or newer on PATH ($(python3 -V 2>&1)); install one, e.g. python3.12 with its -venv package"
}

install_venv() {
  local stamp
  stamp=$("$python" -VV; sha256sum requirements-dev.lock pyproject.toml; pwd)
  [ "$stamp" != "$(cat .venv/.installed 2>/dev/null)" ] || return 0
  say "installing the Python packages into .venv"
  .venv/bin/python -m pip --version >/dev/null 2>&1 ||
    "$python" -m venv --clear .venv
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
  .venv/bin/python -m pip install -q --require-hashes -r requirements-dev.lock
  .venv/bin/python -m pip install -q --no-deps -e .
  printf '%s\n' "$stamp" >.venv/.installed
}

# Prints name:arch=version of every package still missing for the given ones.
missing() {
  local name wanted=()
  for name in "$@"; do installed "$name" || wanted+=("$name"); done
  [ "${#wanted[@]}" -gt 0 ] || return 0
  LC_ALL=C apt-get -s install --no-install-recommends "${wanted[@]}" 2>/dev/null |
    sed -nE 's/^Inst ([^ ]+) (\[[^]]*\] )?\(([^ ]+) .*\[([^]]+)\]\).*/\1:\4=\3/p'
}

# Downloads and unpacks one server with its missing dependencies; false if apt
# does not know or no longer offers a package (its lists are old).
unpack() {
  local server=$1 root=.cache/servers/$1 temporary list deb
  shift
  list=$(missing "$@") || return 1
  temporary=$(mktemp -d .cache/servers/"$server".XXXXXX)
  # Only the just-in-time compiler wants LLVM, 120 MB, and it is off in the tests;
  # nobody looks at Prometheus' pages.
  list=$(sed '/^libllvm/d; /^libjs-/d; /^fonts-/d' <<<"$list")
  if [ -n "$list" ]; then
    say "fetching $server ($(wc -l <<<"$list") packages)"
    mkdir "$temporary/packages"
    # shellcheck disable=SC2086 # a list of words
    (cd "$temporary/packages" &&
      apt-get -qq -o APT::Sandbox::User=root download ${list//$'\n'/ }) || return 1
    for deb in "$temporary"/packages/*.deb; do
      dpkg -x "$deb" "$temporary" || return 1
    done
    rm -r "$temporary/packages"
  fi
  chmod 755 "$temporary"
  rm -rf "$root"
  mv "$temporary" "$root"
}

install_servers() {
  local server stamp
  mkdir -p .cache/servers
  rm -rf .cache/servers/*.??????
  for server in prosody ejabberd postgresql faketime prometheus luacheck tools; do
    stamp="${packages[$server]} on $(cat /etc/debian_version) $(dpkg --print-architecture)"
    [ "$stamp" != "$(cat ".cache/servers/$server/.installed" 2>/dev/null)" ] || continue
    # shellcheck disable=SC2086 # a list of words
    unpack "$server" ${packages[$server]} ||
      { refresh_lists && unpack "$server" ${packages[$server]}; } ||
      fail "cannot fetch the packages of $server"
    printf '%s\n' "$stamp" >".cache/servers/$server/.installed"
  done
}

[ -e /etc/debian_version ] || fail "this script knows Debian and Ubuntu only"
mkdir -p .cache
exec 9>.cache/install.lock
flock 9 # one at a time

install_python
install_venv
install_servers
