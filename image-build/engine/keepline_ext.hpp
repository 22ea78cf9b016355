/* Keepline's additions to pjsua2, seen by Python as functions of module `pjsua2`.
 *
 * What pjsua2 lacks and the firmware needs: an event loop that sleeps, a door that strangers cannot knock on, and names
 * that resolve as the machine's owner said. Call all of it from the one SIP thread, after Endpoint.libInit().
 * Misuse raises pj.Error with a sentence. Nothing here outlives Endpoint.libDestroy().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pjsua2/types.hpp>

#include <string>
#include <vector>

#ifndef SWIG
#include "keepline_again.hpp"
#include "keepline_parts.hpp"
#endif

/** The handle of the SIP event queue, for asyncio's add_reader(): readable whenever libHandleEvents(0) has work.
 *  It stays the same from libCreate() to libDestroy(). */
inline int keeplineEventFd() PJSUA2_THROW(pj::Error);

/** Milliseconds until the next SIP timer is due: 0 when one is due now, -1 when none is set. Ask again after each
 *  libHandleEvents() and after each order given to pjsua2, since both set timers. */
inline long keeplineNextTimerMs() PJSUA2_THROW(pj::Error);

/** On: drops, without an answer, every request from a source that is not allowed, unless it belongs to a dialog of ours or
 *  came over a TCP or TLS connection that we opened. Off (the start): lets all pass. */
inline void keeplineGuard(bool on) PJSUA2_THROW(pj::Error);

/** Replaces the allowed sources: "192.0.2.1", "192.0.2.1:5060", "192.0.2.0/24", "2001:db8::1", "[2001:db8::1]:5060",
 *  "2001:db8::/32". One bad entry raises pj.Error and leaves the list as it was. */
inline void keeplineAllowSources(const std::vector<std::string> &cidr_or_ip_port) PJSUA2_THROW(pj::Error);

/** Requests dropped by the guard since libCreate(). */
inline unsigned keeplineGuardDropped();

/** The last of them, as "INVITE from 192.0.2.9:5099"; empty when none was. */
inline std::string keeplineGuardLastDropped();

/** Received data that was no SIP message (parse errors, missing headers, too long), counted from the first call of one of
 *  the guard or name functions. What pjsip takes for a keep-alive or drops in silence is not counted. */
inline unsigned keeplineMalformed();

/** The last of them, as "312 bytes by UDP: reason"; empty when none was. */
inline std::string keeplineLastMalformed();

/** Makes a name mean this address for SIP, for good: pjsip's own resolver knows no /etc/hosts. One IPv4 and one IPv6
 *  address may be given, by two calls; no DNS query is sent for the name any more, SRV included. From the first call on
 *  all SIP names go through pjsip's resolver, so give it name servers as well if there are other names. */
inline void keeplineHostEntry(const std::string &name, const std::string &address) PJSUA2_THROW(pj::Error);

/** Sets the name servers, "192.0.2.53" or "192.0.2.53:5353" or "[2001:db8::53]:53", at most 16, at any time: an uplink
 *  brings its own. From the first call on SIP names are looked up by pjsip's asynchronous resolver, SRV included. */
inline void keeplineNameservers(const std::vector<std::string> &addr_port) PJSUA2_THROW(pj::Error);

/** Keeps Python's state of the calling thread until that thread ends. Call it once inside a callback of a media thread:
 *  otherwise each callback makes a state and takes it apart again, with a page mapped and unmapped, which cost more than
 *  the callback itself. */
inline void keeplinePinThread();

/** The user part of the account's Contact, which otherwise is that of its id: some servers reach a box by another name than
 *  they know its number by. Call it after Account.create() and before the first REGISTER. */
inline void keeplineContactUser(int account, const std::string &user) PJSUA2_THROW(pj::Error);

/** Holds the jitter buffer of a call's voice at this many milliseconds, and never lets it drop or stretch a frame; 0 lets it
 *  follow the network again. A renegotiated call has a new buffer: call it again then. */
inline void keeplineFixDelay(int call, unsigned delay_ms) PJSUA2_THROW(pj::Error);

/** What the far end of a call sends: packets, milliseconds since the last, its size in bytes and its payload type, jitter in
 *  microseconds, packets lost. Empty while the call has no voice. Cheap: nothing is asked of the stream but what it keeps. */
inline std::vector<int> keeplineHeard(int call);

/** The account's Contact as the registrar knows it, "<sip:...>" with parameters; empty while there is none. */
inline std::string keeplineContact(int account) PJSUA2_THROW(pj::Error);

/** Lets the next REGISTER of the account take these Contacts away, "<sip:...>", after it has named the one it has (RFC 3261
 *  section 10.2.2). False while there is no registration. */
inline bool keeplineRemoveContacts(int account, const std::vector<std::string> &contacts) PJSUA2_THROW(pj::Error);

/** Opens a connection over a TCP or TLS transport and holds it, so that it is there when an account comes to need it; asked again,
 *  opens it anew if it broke. `name` is whom TLS expects there. An empty address lets go. */
inline void keeplineHoldOpen(int transport, const std::string &addr_port, const std::string &name) PJSUA2_THROW(pj::Error);

/** From now on a request in a call that nobody answers does not end the call: an uplink may be dead and the call move to another. */
inline void keeplineKeepCalls() PJSUA2_THROW(pj::Error);

/** Ends the re-INVITE that is under way in an established call, so that another may be sent, and lets the call go by its account's
 *  transport. Ours is forgotten and acknowledged, for its answer may have been lost on the way it left by; the far end's is answered
 *  once more, by the new way. What was agreed before stands. False where nothing was under way. */
inline bool keeplineEndOffers(int call) PJSUA2_THROW(pj::Error);

/** Lets a call that is not established yet go by its account's transport from now on: the answers to an INVITE that came by
 *  another one, and the CANCEL of one that left by another one. A proxy knows both by the branch, not by where they come from.
 *  An INVITE of ours that nobody has answered is canceled here: the answer may have been lost (RFC 3261 section 9.1 has us wait for it). */
inline void keeplineMoveDialog(int call) PJSUA2_THROW(pj::Error);

/** Lets the account's subscription to its mailbox go by its present transport, and refreshes it there. */
inline void keeplineMoveSubscription(int account) PJSUA2_THROW(pj::Error);

/** Sends an empty line over a UDP transport, so that a NAT keeps its hole open (RFC 5626 section 3.5.1 has it over TCP). */
inline void keeplineKnock(int transport, const std::string &addr_port) PJSUA2_THROW(pj::Error);

/** Whether voice that begins from now on may leave silence out, for codecs whose default setting has it (`CodecParam.setting.vad`). */
inline void keeplineSparePauses(bool on) PJSUA2_THROW(pj::Error);

/** From now on each new call keeps its last packets of voice, for keeplineSayAgain(). */
inline void keeplineKeepVoice() PJSUA2_THROW(pj::Error);

/** Lets the last packets of a call's voice, at most four, wait to be sent a second time, with all that follow queuing behind them; returns
 *  how many wait. keeplineSayNext() sends the first of them. A receiver that learns a new source from some packets in a row (Asterisk:
 *  four that come no faster than 9 ms apart, res_rtp_asterisk.c) has them earlier so. */
inline int keeplineSayAgain(int call, unsigned packets);

/** Sends the first packet of those that wait; returns how many still do. */
inline int keeplineSayNext(int call);

/** How often connections over TCP and TLS are kept alive, in seconds; those that are there keep the rhythm they have. */
inline void keeplineKeepAlive(unsigned seconds) PJSUA2_THROW(pj::Error);

#ifndef SWIG

inline std::vector<int> keeplineHeard(int call)
{
    std::vector<int> heard;
    if (call < 0 || call >= static_cast<int>(pjsua_var.ua_cfg.max_calls) || !pjsua_call_has_media(call))
        return heard;
    const pjsua_call &found = pjsua_var.calls[call];
    if (found.audio_idx < 0 || !found.media[found.audio_idx].strm.a.stream)
        return heard;
    pjmedia_stream_common *stream = keepline::voice_of("keeplineHeard", call);
    pj_timestamp now;
    pj_get_timestamp(&now);
    const pjmedia_rtcp_stream_stat &received = stream->rtcp.stat.rx;
    heard.push_back(static_cast<int>(received.pkt));
    heard.push_back(received.pkt ? static_cast<int>(pj_elapsed_msec(&stream->voice_heard_at, &now)) : 0);
    heard.push_back(static_cast<int>(stream->voice_heard_size));
    heard.push_back(static_cast<int>(stream->voice_heard_pt));
    heard.push_back(received.jitter.last);
    heard.push_back(static_cast<int>(received.loss));
    return heard;
}

inline std::string keeplineContact(int account) PJSUA2_THROW(pj::Error)
{
    if (!pjsua_acc_is_valid(account))
        keepline::refuse("keeplineContact", "there is no such account");
    const pj_str_t &contact = pjsua_var.acc[account].contact;
    return std::string(contact.ptr ? contact.ptr : "", contact.slen > 0 ? contact.slen : 0);
}

inline bool keeplineRemoveContacts(int account, const std::vector<std::string> &contacts) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineRemoveContacts";
    if (!pjsua_acc_is_valid(account))
        keepline::refuse(function, "there is no such account");
    pjsua_acc &acc = pjsua_var.acc[account];
    if (!acc.regc || acc.contact.slen <= 0)
        return false;
    std::vector<pj_str_t> all(1, acc.contact);
    for (const std::string &contact : contacts)
        all.push_back(keepline::text(contact));
    /* pjsip takes away what an update leaves out. */
    keepline::check(function, pjsip_regc_update_contact(acc.regc, static_cast<int>(all.size()), all.data()));
    keepline::check(function, pjsip_regc_update_contact(acc.regc, 1, all.data()));
    return true;
}

inline void keeplineHoldOpen(int transport, const std::string &addr_port, const std::string &name) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineHoldOpen";
    std::map<int, pjsip_transport *> &held = keepline::state().held;
    const auto found = held.find(transport);
    if (found != held.end()) {
        if (!addr_port.empty() && !found->second->is_shutdown && !found->second->is_destroying)
            return;
        pjsip_transport_dec_ref(found->second);
        held.erase(found);
    }
    if (!addr_port.empty())
        held[transport] = keepline::opened(function, transport, addr_port, name);
}

inline void keeplineKeepCalls() PJSUA2_THROW(pj::Error)
{
    keepline::endpoint("keeplineKeepCalls");
    pjsip_cfg()->endpt.keep_inv_after_tsx_timeout = PJ_TRUE;
}

inline bool keeplineEndOffers(int call) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineEndOffers";
    keepline::Held held(function, call);
    pjsip_transaction *tsx = held.inv()->invite_tsx;
    if (held.inv()->state != PJSIP_INV_STATE_CONFIRMED)
        return false;
    keepline::follow_account(held.inv()->dlg, held.call()->acc_id);
    if (!tsx)
        return false;
    if (tsx->role == PJSIP_ROLE_UAC) {
        const int number = tsx->cseq;
        pjsip_tsx_terminate(tsx, PJSIP_SC_REQUEST_TERMINATED);
        keepline::acknowledge(held.inv()->dlg, number);
    } else if (tsx->state >= PJSIP_TSX_STATE_COMPLETED && tsx->status_code / 100 == 2 && tsx->transport) {
        pjsip_transport *transport = keepline::transport_to(function, held.call()->acc_id, tsx);
        pjsip_transport_send(transport, tsx->last_tx, &tsx->addr, tsx->addr_len, NULL, NULL);
        pjsip_transport_dec_ref(transport);
        pjsip_tsx_terminate(tsx, tsx->status_code);
    }
    return true;
}

inline void keeplineMoveDialog(int call) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineMoveDialog";
    keepline::Held held(function, call);
    keepline::follow_account(held.inv()->dlg, held.call()->acc_id);
    pjsip_transaction *tsx = held.inv()->invite_tsx;
    if (!tsx || !tsx->transport)
        return;
    pjsip_transport *transport = keepline::transport_to(function, held.call()->acc_id, tsx);
    if (tsx->role == PJSIP_ROLE_UAS)
        keepline::answer_by(tsx, transport);
    else
        keepline::cancel_by(function, held.inv()->dlg, tsx, transport);
    pjsip_transport_dec_ref(transport);
}

inline void keeplineMoveSubscription(int account) PJSUA2_THROW(pj::Error)
{
    if (!pjsua_acc_is_valid(account))
        keepline::refuse("keeplineMoveSubscription", "there is no such account");
    if (!pjsua_var.acc[account].mwi_sub || !pjsua_var.acc[account].mwi_dlg)
        return;
    keepline::follow_account(pjsua_var.acc[account].mwi_dlg, account);
    keepline::check("keeplineMoveSubscription", pjsua_start_mwi(account, PJ_TRUE));
}

inline void keeplineKnock(int transport, const std::string &addr_port) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineKnock";
    pj_sockaddr parsed;
    unsigned    port;
    if (!keepline::parse_address_port(addr_port, &parsed, &port) || !port)
        keepline::refuse(function, "'" + addr_port + "' is no address with a port");
    pj_sockaddr_set_port(&parsed, static_cast<pj_uint16_t>(port));
    if (transport < 0 || transport >= static_cast<int>(PJ_ARRAY_SIZE(pjsua_var.tpdata)) ||
        !(pjsip_transport_get_flag_from_type(pjsua_var.tpdata[transport].type) & PJSIP_TRANSPORT_DATAGRAM))
        keepline::refuse(function, "there is no such UDP transport");
    pjsip_tpselector by;
    pj_bzero(&by, sizeof(by));
    by.type = PJSIP_TPSELECTOR_TRANSPORT;
    by.u.transport = pjsua_var.tpdata[transport].data.tp;
    pj_status_t status = pjsip_endpt_send_raw(keepline::endpoint(function), pjsua_var.tpdata[transport].type, &by, "\r\n", 2, &parsed,
                                              pj_sockaddr_get_len(&parsed), NULL, NULL);
    if (status != PJ_EPENDING)
        keepline::check(function, status);
}

inline void keeplineSparePauses(bool on) PJSUA2_THROW(pj::Error)
{
    keepline::endpoint("keeplineSparePauses");
    pjsua_var.media_cfg.no_vad = !on;
}

inline void keeplineKeepVoice() PJSUA2_THROW(pj::Error)
{
    keepline::endpoint("keeplineKeepVoice");
    auto &asked = pjsua_var.ua_cfg.cb.on_create_media_transport;
    if (asked == &keepline::on_create_media_transport)
        return;
    keepline::mouths().passed_on = asked;
    asked = &keepline::on_create_media_transport;
}

inline int keeplineSayAgain(int call, unsigned packets)
{
    pjmedia_transport *wire = keepline::wire_of(call);
    if (!wire)
        return 0;
    std::lock_guard<std::mutex> guard(keepline::mouths().lock);
    keepline::Mouth &mouth = keepline::mouths().all[wire];
    if (mouth.waiting.empty())
        mouth.waiting.assign(mouth.said.end() - PJ_MIN(packets, mouth.said.size()), mouth.said.end());
    return static_cast<int>(mouth.waiting.size());
}

inline int keeplineSayNext(int call)
{
    pjmedia_transport *wire = keepline::wire_of(call);
    if (!wire)
        return 0;
    std::lock_guard<std::mutex> guard(keepline::mouths().lock);
    keepline::Mouth &mouth = keepline::mouths().all[wire];
    if (!mouth.waiting.empty())
        keepline::say_first(wire, mouth);
    return static_cast<int>(mouth.waiting.size());
}

inline void keeplineKeepAlive(unsigned seconds) PJSUA2_THROW(pj::Error)
{
    keepline::endpoint("keeplineKeepAlive");
    pjsip_cfg()->tcp.keep_alive_interval = pjsip_cfg()->tls.keep_alive_interval = static_cast<long>(seconds);
}

inline void keeplineContactUser(int account, const std::string &user) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineContactUser";
    if (!pjsua_acc_is_valid(account) || user.empty())
        keepline::refuse(function, "there is no such account, or the user is empty");
    const pj_str_t view = keepline::text(user);
    pj_strdup_with_null(pjsua_var.acc[account].pool, &pjsua_var.acc[account].user_part, &view);
}

inline void keeplineFixDelay(int call, unsigned delay_ms) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineFixDelay";
    pjmedia_stream_common *stream = keepline::voice_of(function, call);
    pj_mutex_lock(stream->jb_mutex);
    pj_status_t status = delay_ms ? keepline::hold_still(stream, delay_ms) : keepline::let_follow(stream);
    pj_mutex_unlock(stream->jb_mutex);
    keepline::check(function, status);
}

inline int keeplineEventFd() PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineEventFd";
    pj_oshandle_t handle = pj_ioqueue_get_os_handle(pjsip_endpt_get_ioqueue(keepline::endpoint(function)));
    if (!handle)
        keepline::refuse(function, "this pjproject was built without --enable-epoll", PJ_ENOTSUP);
    return *static_cast<int *>(handle); /* pjlib hands out where the number stands, not the number */
}

inline long keeplineNextTimerMs() PJSUA2_THROW(pj::Error)
{
    pj_timer_heap_t *heap = pjsip_endpt_get_timer_heap(keepline::endpoint("keeplineNextTimerMs"));
    pj_time_val next, now;
    if (pj_timer_heap_count(heap) == 0 || pj_timer_heap_earliest_time(heap, &next) != PJ_SUCCESS)
        return -1;
    pj_gettickcount(&now);
    if (PJ_TIME_VAL_LTE(next, now))
        return 0;
    PJ_TIME_VAL_SUB(next, now);
    return PJ_TIME_VAL_MSEC(next);
}

inline void keeplineGuard(bool on) PJSUA2_THROW(pj::Error)
{
    keepline::attach("keeplineGuard");
    keepline::state().guard = on;
}

inline void keeplineAllowSources(const std::vector<std::string> &cidr_or_ip_port) PJSUA2_THROW(pj::Error)
{
    keepline::attach("keeplineAllowSources");
    std::vector<keepline::Source> parsed;
    for (const std::string &entry : cidr_or_ip_port)
        parsed.push_back(keepline::parse_source(entry));
    keepline::state().allowed = parsed;
}

inline void keeplinePinThread() { thread_local keepline::PinnedThread pinned; }

inline unsigned keeplineGuardDropped() { return keepline::state().dropped; }

inline std::string keeplineGuardLastDropped() { return keepline::state().last_dropped; }

inline unsigned keeplineMalformed() { return keepline::state().malformed; }

inline std::string keeplineLastMalformed() { return keepline::state().last_malformed; }

inline void keeplineHostEntry(const std::string &name, const std::string &address) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineHostEntry";
    pj_sockaddr parsed;
    if (name.empty() || name.size() >= PJ_MAX_HOSTNAME - 12) /* 12: "_sips._tcp." is put before it */
        keepline::refuse(function, "the host name '" + name + "' is empty or too long");
    if (!keepline::parse_address(address, &parsed))
        keepline::refuse(function, "'" + address + "' is no IPv4 or IPv6 address");
    keepline::resolver(function);
    std::set<int> &families = keepline::state().hosts[name];
    /* Without these the resolver asks the network for the missing kinds, and waits for it. */
    if (families.empty()) {
        keepline::cache_answer(function, name, PJ_DNS_TYPE_A, NULL);
        keepline::cache_answer(function, name, PJ_DNS_TYPE_AAAA, NULL);
        for (const char *service : {"_sip._udp.", "_sip._tcp.", "_sips._tcp."})
            keepline::cache_answer(function, service + name, PJ_DNS_TYPE_SRV, NULL);
    }
    keepline::cache_address(function, name, parsed);
    families.insert(parsed.addr.sa_family);
}

inline void keeplineNameservers(const std::vector<std::string> &addr_port) PJSUA2_THROW(pj::Error)
{
    const char *function = "keeplineNameservers";
    if (addr_port.empty() || addr_port.size() > PJ_DNS_RESOLVER_MAX_NS)
        keepline::refuse(function, "give 1 to " + std::to_string(PJ_DNS_RESOLVER_MAX_NS) + " name servers");
    std::vector<std::string> hosts;
    std::vector<pj_uint16_t> ports;
    for (const std::string &entry : addr_port) {
        pj_sockaddr parsed;
        unsigned    port;
        char        buffer[PJ_INET6_ADDRSTRLEN];
        if (!keepline::parse_address_port(entry, &parsed, &port))
            keepline::refuse(function, "'" + entry + "' is no name server; allowed are 192.0.2.53, 192.0.2.53:5353, "
                                       "2001:db8::53 and [2001:db8::53]:5353");
        hosts.push_back(pj_sockaddr_print(&parsed, buffer, sizeof(buffer), 0));
        ports.push_back(static_cast<pj_uint16_t>(port ? port : 53));
    }
    std::vector<pj_str_t> views;
    for (const std::string &host : hosts)
        views.push_back(keepline::text(host));
    keepline::check(function, pj_dns_resolver_set_ns(keepline::resolver(function), static_cast<unsigned>(views.size()),
                                                     views.data(), ports.data()));
}

#endif // SWIG
