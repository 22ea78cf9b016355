/* Voice said again: what a call's voice sent last is kept, as it was on the wire, so that what a dead uplink swallowed can leave by another one.
 * Part of keepline_ext.hpp; Python never sees this file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pjmedia.h>
#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace keepline {

/** The way out of one call's voice: pjmedia's UDP sockets, below encryption. */
struct Mouth {
    std::deque<std::string> said;    /* the last packets, oldest first */
    std::deque<std::string> waiting; /* in their order; while there are any, new ones queue behind them */
};

const size_t MOST_SAID = 4;
/* Packets that wait go out one by one, by order; if orders fail to come, new voice pushes them out. */
const size_t MOST_WAITING = 6;

struct Mouths {
    std::mutex                                lock;
    std::map<pjmedia_transport *, Mouth>      all;
    const pjmedia_transport_op               *theirs = NULL;
    pjmedia_transport_op                      ours;
    decltype(pjsua_callback::on_create_media_transport) passed_on = NULL;
};

inline Mouths &mouths()
{
    static Mouths the_mouths;
    return the_mouths;
}

/** With the lock held. */
inline pj_status_t say_first(pjmedia_transport *transport, Mouth &mouth)
{
    const std::string packet = std::move(mouth.waiting.front());
    mouth.waiting.pop_front();
    return mouths().theirs->send_rtp(transport, packet.data(), packet.size());
}

/** Runs in the media thread. */
inline pj_status_t say(pjmedia_transport *transport, const void *packet, pj_size_t size)
{
    Mouths &known = mouths();
    std::lock_guard<std::mutex> guard(known.lock);
    Mouth &mouth = known.all[transport];
    mouth.said.emplace_back(static_cast<const char *>(packet), size);
    if (mouth.said.size() > MOST_SAID)
        mouth.said.pop_front();
    if (mouth.waiting.empty())
        return known.theirs->send_rtp(transport, packet, size);
    mouth.waiting.push_back(mouth.said.back());
    return mouth.waiting.size() > MOST_WAITING ? say_first(transport, mouth) : PJ_SUCCESS;
}

inline pj_status_t close_mouth(pjmedia_transport *transport)
{
    Mouths &known = mouths();
    {
        std::lock_guard<std::mutex> guard(known.lock);
        known.all.erase(transport);
    }
    return known.theirs->destroy(transport);
}

/** Puts our two functions in place of pjmedia's; pjsua asks this of each new call, and then pjsua2 whatever it asks. */
inline pjmedia_transport *on_create_media_transport(pjsua_call_id call, unsigned index, pjmedia_transport *base, unsigned flags)
{
    Mouths &known = mouths();
    pjsua_call_media &media = pjsua_var.calls[call].media_prov[index];
    pjmedia_transport *wire = media.tp_orig ? media.tp_orig : base;
    if (wire->type == PJMEDIA_TRANSPORT_TYPE_UDP && wire->op != &known.ours) {
        std::lock_guard<std::mutex> guard(known.lock);
        if (!known.theirs) {
            known.theirs = wire->op;
            known.ours = *wire->op;
            known.ours.send_rtp = &say;
            known.ours.destroy = &close_mouth;
        }
        if (wire->op == known.theirs)
            wire->op = &known.ours;
    }
    return known.passed_on ? known.passed_on(call, index, base, flags) : base;
}

/** The wire of a call's voice, or none. */
inline pjmedia_transport *wire_of(int call)
{
    if (call < 0 || call >= static_cast<int>(pjsua_var.ua_cfg.max_calls) || !pjsua_call_has_media(call))
        return NULL;
    const pjsua_call &found = pjsua_var.calls[call];
    if (found.audio_idx < 0)
        return NULL;
    pjmedia_transport *wire = found.media[found.audio_idx].tp_orig;
    return wire && wire->op == &mouths().ours ? wire : NULL;
}

} // namespace keepline
