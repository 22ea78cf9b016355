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

#ifndef SWIG

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
