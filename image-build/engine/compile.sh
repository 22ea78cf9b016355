# shellcheck shell=bash
# From the source archive to the wheel: configure, libraries, SWIG, one shared object.

configure_options=(
  --disable-video --disable-libyuv --disable-libwebrtc --disable-upnp --disable-sdl --disable-ffmpeg
  --disable-v4l2 --disable-openh264 --disable-vpx
  --disable-ilbc-codec --disable-g7221-codec --disable-opencore-amr --disable-silk --disable-lyra
  --with-external-srtp --with-external-speex --with-external-gsm
  --disable-resample --enable-speex-resample # see README.md for the delays measured
  --enable-epoll                             # keeplineEventFd() hands its handle to asyncio
)
# NDEBUG: pjlib's asserts end the process. The checks behind them stay and return an error code.
compile_flags="-O2 -fPIC -DNDEBUG"

unpack_source() {
  rm -rf "$tree" "$tree.part"
  mkdir -p "$tree.part"
  tar -xf "$source_file" --strip-components=1 -C "$tree.part"
  cp "$here/config_site.h" "$tree.part/pjlib/include/pj/config_site.h"
  patch_source "$tree.part"
  mv "$tree.part" "$tree"
}

# replace FILE OLD NEW: a change that does not fit any more must not pass silently.
replace() {
  OLD=$2 perl -0ne 'exit !/\Q$ENV{OLD}\E/' "$1" || { echo "expected '$2' in $1"; return 1; }
  OLD=$2 NEW=$3 perl -0pi -e 's/\Q$ENV{OLD}\E/$ENV{NEW}/g' "$1"
}

patch_source() {
  # Debian took the file away for its licence, and left its name in the list of objects.
  [ -e "$1/pjmedia/src/pjmedia-audiodev/bdimad_dev.c" ] || replace "$1/pjmedia/build/Makefile" ' bdimad_dev.o' ''
  # Each call would offer a T.140 text stream; ending it blocks the SIP thread for 60 to 240 ms (measured). No setting
  # turns it off at compile time.
  replace "$1/pjsip/src/pjsua-lib/pjsua_call.c" 'opt->txt_cnt = 1;' 'opt->txt_cnt = 0;'
  # pjsua asks for the longest filter, 16 ms each way. Quality 4 takes 4 ms and is as clean in the telephone band.
  replace "$1/pjmedia/src/pjmedia/resample_speex.c" 'quality = 10;' 'quality = 4;'
  replace "$1/pjmedia/src/pjmedia/resample_speex.c" 'quality = 7;' 'quality = 4;'
  # Keys for RTCP counted as keys for RTP: a DTLS call failed with 488 when only RTCP's handshake was done by the time the
  # answer came (2 of 10 calls on loopback under load).
  replace "$1/pjmedia/src/pjmedia/transport_srtp_dtls.c" 'ds->got_keys = PJ_TRUE;' \
    'if (idx == RTP_CHANNEL) ds->got_keys = PJ_TRUE;'
  # The media thread woke up a hundred times a second with nothing to do. A packet still wakes it at once; only its end waits.
  replace "$1/pjmedia/src/pjmedia/endpoint.c" 'timeout = { 0, 10 };' 'timeout = { 0, 250 };'
  # A stranger's packets could take the voice over by outnumbering the far end's. Now the far end must have been silent for
  # three packets first; when it moves, it is.
  replace "$1/pjmedia/include/pjmedia/stream_common.h" '    unsigned                 rtp_src_cnt; ' \
    '    pj_timestamp             rtp_heard_at; /* when rem_rtp_addr last spoke */
    pj_timestamp             voice_heard_at; /* when a packet last was taken, its size and payload type */
    unsigned                 voice_heard_size;
    unsigned                 voice_heard_pt;
    unsigned                 rtp_src_cnt; '
  replace "$1/pjmedia/src/pjmedia/stream_imp_common.c" "/* We're still receiving from rem_rtp_addr. */" \
    'pj_get_timestamp(&c_strm->rtp_heard_at);'
  replace "$1/pjmedia/src/pjmedia/stream_imp_common.c" 'if (c_strm->rtp_src_cnt < PJMEDIA_RTP_NAT_PROBATION_CNT) {' \
    'pj_timestamp now;
            pj_get_timestamp(&now);
            if (c_strm->rtp_src_cnt < PJMEDIA_RTP_NAT_PROBATION_CNT ||
                (c_strm->rem_rtp_flag && pj_elapsed_msec(&c_strm->rtp_heard_at, &now) < 60))
            {'
  # How long a far end has been silent, and whether it said so by a last packet of comfort noise: keeplineHeard() tells.
  replace "$1/pjmedia/src/pjmedia/stream_imp_common.c" '    /* Add ref counter to avoid premature destroy from callbacks */' \
    '    pj_get_timestamp(&c_strm->voice_heard_at);
    c_strm->voice_heard_size = payloadlen;
    c_strm->voice_heard_pt = hdr->pt;
    /* Add ref counter to avoid premature destroy from callbacks */'
  # A packet that was there before the media started was read in the media thread before "started" was set, and reading ended for
  # good: one call in fifty was deaf on a busy machine (measured). The mark is set first.
  replace "$1/pjmedia/src/pjmedia/transport_udp.c" 'TRACE_((udp->base.name, "media_start(): before recvfrom RTP"));' \
    'udp->started = PJ_TRUE;'
  replace "$1/pjmedia/src/pjmedia/transport_udp.c" '"media_start(): recvfrom RTP failed"));' \
    '"media_start(): recvfrom RTP failed"));
        udp->started = PJ_FALSE;'
  replace "$1/pjmedia/src/pjmedia/transport_udp.c" '"media_start(): recvfrom RTCP failed"));' \
    '"media_start(): recvfrom RTCP failed"));
        udp->started = PJ_FALSE;'
  # A server that names another realm in each challenge was answered a hundred times. Four logins in one request are enough.
  replace "$1/pjsip/src/pjsip/sip_auth_client.c" \
    '    /* If we have sent, see if server rejected because of stale nonce or' \
    '    {
        const pjsip_hdr *each;
        int logins = 0;
        for (each = tdata->msg->hdr.next; each != &tdata->msg->hdr; each = each->next)
            logins += each->type == PJSIP_H_AUTHORIZATION || each->type == PJSIP_H_PROXY_AUTHORIZATION;
        if (logins >= 4)
            return PJSIP_EFAILEDCREDENTIAL;
    }
    /* If we have sent, see if server rejected because of stale nonce or'
  # A challenge of a scheme pjsip does not know (Bearer beside Digest, RFC 8898) made it throw the whole answer away.
  replace "$1/pjsip/src/pjsip/sip_auth_parser.c" \
    '        parse_pgp_challenge(scanner, pool, &hdr->challenge.pgp);

    } else {
        PJ_THROW(PJSIP_SYN_ERR_EXCEPTION);' \
    '        parse_pgp_challenge(scanner, pool, &hdr->challenge.pgp);

    } else {
        parse_digest_challenge(scanner, pool, &hdr->challenge.digest);'
  # An exception in a callback: printing it keeps its frames, and so calls and endpoint, alive for good, which
  # ended in an abort. As "unraisable" it reaches sys.unraisablehook, where the firmware logs it and a test run sees it.
  replace "$1/pjsip-apps/src/swig/pjsua2.i" 'PyErr_Print();' 'PyErr_WriteUnraisable(NULL);'
}

configure_source() {
  cd "$tree"
  ./configure ${host_triplet:+--host="$host_triplet"} "${configure_options[@]}" \
    CFLAGS="$compile_flags" CXXFLAGS="$compile_flags"
}

# The dependency files `make dep` writes serve only those who edit pjproject; a fresh tree compiles without them.
compile_libraries() {
  make -C "$tree" -j"$(nproc)" lib
  touch "$tree/.built"
}

build_libraries() {
  tree=$work/pjproject-$library_key
  [ -e "$tree/.built" ] && return
  find "$work" -maxdepth 1 -name 'pjproject-*' -exec rm -rf {} +
  stage "unpacking" unpack_source
  stage "configuring" configure_source
  counted_folder=$tree stage "compiling the libraries on $(nproc) cores" compile_libraries
}

# Values of the tree's own makefiles: cflags, ldflags or libs.
tree_value() { make -s --no-print-directory -C "$tree/pjsip-apps/src/swig/python" -f helper.mak "$1" | tr '\n' ' '; }

# Upstream: this flag breaks SWIG 4.2 and later; before that it saves wrapper code.
swig_flags() {
  local version
  version=$(swig -version | sed -n 's/^SWIG Version //p')
  [ "$(printf '%s\n4.2\n' "$version" | sort -V | head -n1)" = 4.2 ] || echo -DSWIG_NO_EXPORT_ITERATOR_METHODS
}

generate_wrapper() {
  local part includes=()
  for part in pjlib pjlib-util pjmedia pjsip pjnath; do includes+=("-I$tree/$part/include"); done
  # shellcheck disable=SC2046 # no flag or one
  swig "${includes[@]}" -I"$tree/pjsip-apps/src/swig" -I"$here" -c++ -python -threads -w312 $(swig_flags) \
    -o "$pack/pjsua2_wrap.cpp" "$here/keepline.i"
}

# -O1: glue code, twice as fast to compile; the libraries behind it have -O2.
compile_wrapper() {
  # shellcheck disable=SC2046 # the makefiles' own list of flags
  "${KEEPLINE_CROSS_PREFIX-}g++" $(tree_value cflags) -O1 -w -I"$py_include" -I"$here" \
    -c "$pack/pjsua2_wrap.cpp" -o "$pack/pjsua2_wrap.o"
}

link_wheel() {
  cp "$here/setup.py" "$pack/"
  cd "$pack"
  ENGINE_VERSION=2.17+keepline$wheel_key ENGINE_LINK="$(tree_value ldflags) $(tree_value libs | sed 's/[^ ][^ ]*/-l&/g')" \
    CC="${KEEPLINE_CROSS_PREFIX-}gcc" CXX="${KEEPLINE_CROSS_PREFIX-}g++" \
    "$tools/bin/python" setup.py -q bdist_wheel --dist-dir "$pack/dist"
}

# The wheel appears under its name only when it is whole.
publish_wheel() {
  local made
  made=$(find "$pack/dist" -name '*.whl')
  mkdir -p "$root/build/wheels"
  cp "$made" "$root/build/wheels/.part"
  mv "$root/build/wheels/.part" "$root/build/wheels/$(basename "$made")"
  rm -rf "$pack"
}

build_wheel() {
  pack=$work/pack
  rm -rf "$pack"
  mkdir -p "$pack"
  make_tools
  stage "generating the Python wrapper" generate_wrapper
  stage "compiling the Python wrapper" compile_wrapper
  stage "linking the wheel" link_wheel
  publish_wheel
}
