# shellcheck shell=bash
# What the machine must have: Debian packages for compiling, and a private Python environment with pinned build tools.

packages=(
  build-essential swig pkg-config xz-utils ca-certificates
  libssl-dev      # TLS and DTLS
  libsrtp2-dev    # media encryption; Debian took pjproject's own copy out
  libopus-dev libbcg729-dev libgsm1-dev libspeex-dev
  libspeexdsp-dev # resampling, echo cancelling
  libasound2-dev uuid-dev
)
build_tools=(setuptools==80.9.0 wheel==0.45.1)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
  local name
  for name in "$@"; do
    # trixie renamed some packages; the old names live on as "provides", which dpkg-query -W does not resolve.
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "$@"
}

# Package lists may be absent or old: read them again once.
install_missing() {
  apt_install "$@" || { as_root apt-get -o DPkg::Lock::Timeout=300 update -q && apt_install "$@"; }
}

install_packages() {
  local wanted=("${packages[@]}") missing
  command -v apt-get >/dev/null || stop "this recipe needs Debian's apt-get"
  if [ ! -f "$py_include/Python.h" ]; then
    [ "$py_prefix" = /usr ] || stop "$python has no Python.h in $py_include: use a Python with its headers"
    wanted+=("python$py_version-dev")
  fi
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  [ "${#missing[@]}" -eq 0 ] && return
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    stop "run as root or install sudo: these packages are missing: ${missing[*]}"
  stage "installing ${#missing[@]} system packages" install_missing "${missing[@]}"
}

tools=
make_tools() {
  tools=$work/tools-$py_abi
  [ -e "$tools/ready-${build_tools[*]// /-}" ] && return
  stage "installing build tools" install_tools
}

install_tools() {
  rm -rf "$tools"
  "$python" -m venv "$tools" || { echo "$python cannot make a virtual environment: install python3-venv"; return 1; }
  "$tools/bin/python" -m pip install -q --disable-pip-version-check "${build_tools[@]}"
  touch "$tools/ready-${build_tools[*]// /-}"
}
