# shellcheck shell=bash
source_file=
fetch_source() {
  mkdir -p "$root/build/sources"
  source_file=$root/build/sources/pjproject-2.17.tar.xz
  [ -e "$source_file" ] || cp "${KEEPLINE_SOURCE_CACHE:?}"/*pjproject* "$source_file"
}
