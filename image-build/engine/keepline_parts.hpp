/* The inside of keepline_ext.hpp: what is kept for one endpoint, how sources are read, the module in pjsip's receive path,
 * entries in its name cache. Python never sees this file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pjlib-util.h>
#include <pjsip.h>
#include <pjsip_ua.h>
#include <pjsua-lib/pjsua.h>
#include <pjsua-lib/pjsua_internal.h>

#include <pjsua2/types.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace keepline {

/** One more claim on the thread's Python state than callbacks make, so that it outlives them. Made and ended without the
 *  interpreter lock held: SWIG lets go of it around our functions, and a thread ends outside of callbacks. */
struct PinnedThread {
    PinnedThread()
    {
        PyGILState_Ensure();
        PyEval_SaveThread();
    }
    ~PinnedThread()
    {
        if (!Py_IsInitialized())
            return;
        PyGILState_Ensure();
        PyGILState_Release(PyGILState_LOCKED); /* the claim of the constructor */
        PyGILState_Release(PyGILState_UNLOCKED);
    }
};

/** An allowed source: an address with a prefix length, and a port or 0 for any. */
struct Source {
    pj_sockaddr address;
    unsigned    prefix_bits;
    unsigned    port;
};

/** What one endpoint's life has gathered; the module's unload empties it. */
struct State {
    bool                guard = false;
    std::vector<Source> allowed;
    unsigned            dropped = 0;
    std::string         last_dropped;
    unsigned            malformed = 0;
    std::string         last_malformed;
    /* Address families given by keeplineHostEntry, so that a second family does not erase the first. */
    std::map<std::string, std::set<int>> hosts;
    /* Connections held for standby uplinks, by pjsua's number of the transport. */
    std::map<int, pjsip_transport *> held;
    /* pjsua's own listener for transport states; ours calls it first. */
    pjsip_tp_state_callback passed_on = NULL;
};

inline State &state()
{
    static State the_state;
    return the_state;
}

[[noreturn]] inline void refuse(const char *function, const std::string &reason, pj_status_t status = PJ_EINVAL)
{
    throw pj::Error(status, function, reason, "keepline_ext.hpp", 0);
}

inline pjsip_endpoint *endpoint(const char *function)
{
    pjsip_endpoint *endpt = pjsua_var.endpt;
    if (!endpt)
        refuse(function, "the endpoint does not exist: call libCreate() and libInit() first", PJ_EINVALIDOP);
    return endpt;
}

inline void check(const char *function, pj_status_t status)
{
    if (status != PJ_SUCCESS)
        throw pj::Error(status, function, "", "keepline_ext.hpp", 0);
}

inline pj_str_t text(const std::string &value)
{
    pj_str_t view;
    view.ptr = const_cast<char *>(value.data());
    view.slen = static_cast<pj_ssize_t>(value.size());
    return view;
}

inline std::string printed(const pj_sockaddr &address)
{
    char buffer[PJ_INET6_ADDRSTRLEN + 10];
    return pj_sockaddr_print(&address, buffer, sizeof(buffer), 3);
}

inline int address_bits(const pj_sockaddr &address)
{
    return address.addr.sa_family == pj_AF_INET6() ? 128 : 32;
}

/** A numeric address, no name lookup: a source list must not depend on DNS. */
inline bool parse_address(const std::string &value, pj_sockaddr *out)
{
    if (value.empty()) /* pj_inet_pton would log a failed assertion */
        return false;
    const bool six = value.find(':') != std::string::npos;
    const int family = six ? pj_AF_INET6() : pj_AF_INET();
    pj_str_t view = text(value);
    pj_sockaddr_init(family, out, NULL, 0);
    return pj_inet_pton(family, &view, pj_sockaddr_get_addr(out)) == PJ_SUCCESS;
}

inline bool parse_number(const std::string &value, unsigned least, unsigned most, unsigned *out)
{
    if (value.empty() || value.size() > 5 || value.find_first_not_of("0123456789") != std::string::npos)
        return false;
    *out = static_cast<unsigned>(std::stoul(value));
    return *out >= least && *out <= most;
}

/** "192.0.2.1", "192.0.2.1:5060", "2001:db8::1", "[2001:db8::1]:5060": address and port (0 when none is given). */
inline bool parse_address_port(const std::string &value, pj_sockaddr *address, unsigned *port)
{
    *port = 0;
    if (!value.empty() && value[0] == '[') {
        const size_t close = value.find(']');
        if (close == std::string::npos || !parse_address(value.substr(1, close - 1), address))
            return false;
        const std::string rest = value.substr(close + 1);
        return rest.empty() || (rest[0] == ':' && parse_number(rest.substr(1), 1, 65535, port));
    }
    const size_t colon = value.find(':');
    if (colon == std::string::npos || value.find(':', colon + 1) != std::string::npos)
        return parse_address(value, address);
    return parse_address(value.substr(0, colon), address) && parse_number(value.substr(colon + 1), 1, 65535, port);
}

inline Source parse_source(const std::string &value)
{
    Source source;
    const size_t slash = value.find('/');
    bool good = parse_address_port(value.substr(0, slash), &source.address, &source.port);
    if (good) {
        source.prefix_bits = address_bits(source.address);
        if (slash != std::string::npos)
            good = source.port == 0 && parse_number(value.substr(slash + 1), 0, source.prefix_bits, &source.prefix_bits);
    }
    if (!good)
        refuse("keeplineAllowSources", "'" + value + "' is no source; allowed are 192.0.2.1, 192.0.2.1:5060, "
                                       "192.0.2.0/24, 2001:db8::1, [2001:db8::1]:5060 and 2001:db8::/32");
    return source;
}

/** A dual-stack socket shows IPv4 peers as ::ffff:a.b.c.d; the list names them as IPv4. */
inline pj_sockaddr unmapped(const pj_sockaddr &address)
{
    static const unsigned char prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (address.addr.sa_family != pj_AF_INET6() || pj_memcmp(pj_sockaddr_get_addr(&address), prefix, 12) != 0)
        return address;
    pj_sockaddr four;
    pj_sockaddr_init(pj_AF_INET(), &four, NULL, pj_sockaddr_get_port(&address));
    pj_memcpy(pj_sockaddr_get_addr(&four), static_cast<const char *>(pj_sockaddr_get_addr(&address)) + 12, 4);
    return four;
}

inline bool matches(const Source &source, const pj_sockaddr &peer)
{
    if (source.address.addr.sa_family != peer.addr.sa_family)
        return false;
    if (source.port && source.port != pj_sockaddr_get_port(&peer))
        return false;
    const unsigned char *left = static_cast<const unsigned char *>(pj_sockaddr_get_addr(&source.address));
    const unsigned char *right = static_cast<const unsigned char *>(pj_sockaddr_get_addr(&peer));
    const unsigned whole = source.prefix_bits / 8, rest = source.prefix_bits % 8;
    if (pj_memcmp(left, right, whole) != 0)
        return false;
    return rest == 0 || ((left[whole] ^ right[whole]) >> (8 - rest)) == 0;
}

inline bool is_allowed(const pjsip_rx_data *rdata)
{
    /* A connection we opened leads to a server we chose; with TLS its certificate was checked. */
    const pjsip_transport *tp = rdata->tp_info.transport;
    if ((tp->flag & PJSIP_TRANSPORT_RELIABLE) && tp->dir == PJSIP_TP_DIR_OUTGOING)
        return true;
    const pj_sockaddr peer = unmapped(rdata->pkt_info.src_addr);
    for (const Source &source : state().allowed)
        if (matches(source, peer))
            return true;
    return false;
}

/** A call moves between uplinks and its far end may move too, so a request inside a dialog of ours passes from anywhere:
 *  it had to know the Call-ID and both tags. A made-up To tag matches nothing, and pjsip would answer it with 481. */
inline bool is_in_our_dialog(const pjsip_rx_data *rdata)
{
    if (rdata->msg_info.to->tag.slen == 0)
        return false;
    return pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &rdata->msg_info.to->tag, &rdata->msg_info.from->tag,
                                PJ_FALSE) != NULL;
}

inline unsigned header_count(const pjsip_msg *msg, pjsip_hdr_e type)
{
    unsigned count = 0;
    for (const pjsip_hdr *each = msg->hdr.next; each != &msg->hdr; each = each->next)
        count += each->type == type;
    return count;
}

/** What pjsip lets pass and RFC 4475 asks to refuse (3.1.2.2, 3.1.2.17, 3.3.8, 3.3.9): a request that could be read in two
 *  ways must not be acted on in one of them. */
inline bool is_ambiguous(const pjsip_rx_data *rdata)
{
    const pjsip_msg *msg = rdata->msg_info.msg;
    for (pjsip_hdr_e single : {PJSIP_H_FROM, PJSIP_H_TO, PJSIP_H_CALL_ID, PJSIP_H_CSEQ, PJSIP_H_MAX_FORWARDS,
                               PJSIP_H_CONTENT_LENGTH, PJSIP_H_CONTENT_TYPE})
        if (header_count(msg, single) > 1)
            return true;
    if (pjsip_method_cmp(&rdata->msg_info.cseq->method, &msg->line.req.method) != 0)
        return true;
    if (msg->body && msg->body->len == 0)
        return false; /* several parts; pjsip does not keep their length */
    const unsigned body = msg->body ? msg->body->len : 0;
    return rdata->msg_info.clen && static_cast<unsigned>(rdata->msg_info.clen->len) > body;
}

inline void answer(pjsip_rx_data *rdata, int status, const pjsip_hdr *header = NULL)
{
    if (rdata->msg_info.msg->line.req.method.id == PJSIP_ACK_METHOD)
        return; /* an ACK is never answered */
    pjsip_hdr list;
    pj_list_init(&list);
    if (header)
        pj_list_push_back(&list, pjsip_hdr_clone(rdata->tp_info.pool, header));
    pjsip_endpt_respond_stateless(pjsua_var.endpt, rdata, status, NULL, header ? &list : NULL, NULL);
}

/** RFC 3261 section 8.2.2.3. pjsip asks this itself for INVITE only. */
inline bool wants_too_much(pjsip_rx_data *rdata)
{
    const pjsip_require_hdr *wanted = rdata->msg_info.require;
    const pjsip_method_e     method = rdata->msg_info.msg->line.req.method.id;
    if (!wanted || method == PJSIP_INVITE_METHOD || method == PJSIP_CANCEL_METHOD || method == PJSIP_ACK_METHOD)
        return false;
    pjsip_unsupported_hdr *unsupported = pjsip_unsupported_hdr_create(rdata->tp_info.pool);
    for (unsigned i = 0; i < wanted->count; ++i)
        if (!pjsip_endpt_has_capability(pjsua_var.endpt, PJSIP_H_SUPPORTED, NULL, &wanted->values[i]))
            unsupported->values[unsupported->count++] = wanted->values[i];
    if (unsupported->count)
        answer(rdata, PJSIP_SC_BAD_EXTENSION, reinterpret_cast<pjsip_hdr *>(unsupported));
    return unsupported->count != 0;
}

/** Silence for strangers, not a refusal: an answer tells a scanner that a telephone lives here, and its retries cost nothing. */
inline pj_bool_t on_rx_request(pjsip_rx_data *rdata)
{
    State &now = state();
    if (now.guard && !is_allowed(rdata) && !is_in_our_dialog(rdata)) {
        const pj_str_t &method = rdata->msg_info.msg->line.req.method.name;
        ++now.dropped;
        now.last_dropped = std::string(method.ptr, method.slen) + " from " + printed(rdata->pkt_info.src_addr);
        return PJ_TRUE;
    }
    if (is_ambiguous(rdata)) {
        answer(rdata, PJSIP_SC_BAD_REQUEST);
        return PJ_TRUE;
    }
    return wants_too_much(rdata) ? PJ_TRUE : PJ_FALSE;
}

/** The last of all modules: what nobody took is a method that is not ours (RFC 3261 section 8.2.1). */
inline pj_bool_t on_rx_leftover(pjsip_rx_data *rdata)
{
    answer(rdata, PJSIP_SC_METHOD_NOT_ALLOWED,
           static_cast<const pjsip_hdr *>(pjsip_endpt_get_capability(pjsua_var.endpt, PJSIP_H_ALLOW, NULL)));
    return PJ_TRUE;
}

/** A stranger's TCP connection is closed before it can say anything: held open, a few hundred would use up all handles. */
inline void on_transport_state(pjsip_transport *tp, pjsip_transport_state what, const pjsip_transport_state_info *info)
{
    State &now = state();
    if (now.passed_on)
        now.passed_on(tp, what, info);
    if (what != PJSIP_TP_STATE_CONNECTED || tp->dir != PJSIP_TP_DIR_INCOMING || !now.guard)
        return;
    const pj_sockaddr peer = unmapped(tp->key.rem_addr);
    for (const Source &source : now.allowed)
        if (matches(source, peer))
            return;
    ++now.dropped;
    now.last_dropped = std::string("a connection from ") + printed(tp->key.rem_addr);
    pjsip_transport_shutdown2(tp, PJ_TRUE);
}

/** Called by the transport for bytes that are no SIP message; keep-alive newlines (PJ_EIGNORED) are normal. */
inline void on_rx_dropped(pjsip_tp_dropped_data *dropped)
{
    if (dropped->status == PJ_EIGNORED)
        return;
    State &now = state();
    ++now.malformed;
    char reason[PJ_ERR_MSG_SIZE];
    const pj_str_t why = pj_strerror(dropped->status, reason, sizeof(reason));
    now.last_malformed = std::to_string(dropped->len) + " bytes by " + dropped->tp->type_name + ": " +
                         std::string(why.ptr, why.slen);
}

inline pj_status_t on_unload()
{
    state() = State();
    return PJ_SUCCESS;
}

inline pjsip_module made_module(const char *name, int priority, pj_bool_t (*on_request)(pjsip_rx_data *))
{
    pjsip_module made;
    pj_bzero(&made, sizeof(made));
    made.name = pj_str(const_cast<char *>(name));
    made.id = -1;
    made.priority = priority;
    made.on_rx_request = on_request;
    return made;
}

/** Right after the transport (and the SIP trace, which must show what was dropped), before any transaction. */
inline pjsip_module &door()
{
    static pjsip_module the_module =
        made_module("mod-keepline", PJSIP_MOD_PRIORITY_TRANSPORT_LAYER + 1, &on_rx_request);
    the_module.unload = &on_unload;
    return the_module;
}

inline pjsip_module &leftovers()
{
    static pjsip_module the_module = made_module("mod-keepline-rest", PJSIP_MOD_PRIORITY_APPLICATION + 64, &on_rx_leftover);
    return the_module;
}

/** Registered once per endpoint: registering or removing a module of a running endpoint sleeps 100 ms. */
inline pjsip_endpoint *attach(const char *function)
{
    pjsip_endpoint *endpt = endpoint(function);
    if (door().id == -1) {
        check(function, pjsip_endpt_register_module(endpt, &door()));
        check(function, pjsip_endpt_register_module(endpt, &leftovers()));
        pjsip_tpmgr *transports = pjsip_endpt_get_tpmgr(endpt);
        check(function, pjsip_tpmgr_set_drop_data_cb(transports, &on_rx_dropped));
        state().passed_on = pjsip_tpmgr_get_state_cb(transports);
        check(function, pjsip_tpmgr_set_state_cb(transports, &on_transport_state));
    }
    return endpt;
}

inline pj_dns_resolver *resolver(const char *function)
{
    pjsip_endpoint *endpt = attach(function);
    if (pj_dns_resolver *existing = pjsip_endpt_get_resolver(endpt))
        return existing;
    pj_dns_resolver *created;
    check(function, pjsip_endpt_create_resolver(endpt, &created));
    check(function, pjsip_endpt_set_resolver(endpt, created));
    pjsua_var.resolver = created; /* STUN lookups of pjsua use this one */
    return created;
}

/** Puts one answer into the resolver's cache for good; with no answer record it says "this name has no such record". */
inline void cache_answer(const char *function, const std::string &name, int type, pj_dns_parsed_rr *answer)
{
    pj_dns_parsed_query question;
    pj_bzero(&question, sizeof(question));
    question.name = text(name);
    question.type = static_cast<pj_uint16_t>(type);
    question.dnsclass = PJ_DNS_CLASS_IN;
    pj_dns_parsed_packet packet;
    pj_bzero(&packet, sizeof(packet));
    packet.hdr.flags = PJ_DNS_SET_QR(1);
    packet.hdr.qdcount = 1;
    packet.q = &question;
    packet.hdr.anscount = answer ? 1 : 0;
    packet.ans = answer;
    check(function, pj_dns_resolver_add_entry(resolver(function), &packet, PJ_FALSE));
}

inline void cache_address(const char *function, const std::string &name, const pj_sockaddr &address)
{
    const pj_str_t view = text(name);
    pj_dns_parsed_rr answer;
    if (address.addr.sa_family == pj_AF_INET6())
        pj_dns_init_aaaa_rr(&answer, &view, PJ_DNS_CLASS_IN, 0x7fffffff, &address.ipv6.sin6_addr);
    else
        pj_dns_init_a_rr(&answer, &view, PJ_DNS_CLASS_IN, 0x7fffffff, &address.ipv4.sin_addr);
    cache_answer(function, name, answer.type, &answer);
}

/** The voice of a call; pjmedia's stream begins with what all kinds of streams have in common. */
inline pjmedia_stream_common *voice_of(const char *function, int call)
{
    if (call < 0 || call >= static_cast<int>(pjsua_var.ua_cfg.max_calls) || !pjsua_call_has_media(call))
        refuse(function, "there is no such call, or it has no media");
    const pjsua_call &found = pjsua_var.calls[call];
    if (found.audio_idx < 0 || !found.media[found.audio_idx].strm.a.stream)
        refuse(function, "the call has no voice now");
    return reinterpret_cast<pjmedia_stream_common *>(found.media[found.audio_idx].strm.a.stream);
}

/** The length of what the jitter buffer calls a frame: the codec's shortest, of which a packet may hold several. */
inline unsigned frame_ms(const pjmedia_stream_common *stream)
{
    const pjmedia_codec_param *codec = reinterpret_cast<const pjmedia_stream_info *>(stream->si)->param;
    return codec && codec->info.frm_ptime ? codec->info.frm_ptime / PJ_MAX(1, codec->info.frm_ptime_denum) : 20;
}

inline pj_status_t hold_still(pjmedia_stream_common *stream, unsigned delay_ms)
{
    pj_status_t status = pjmedia_jbuf_set_discard(stream->jb, PJMEDIA_JB_DISCARD_NONE);
    return status == PJ_SUCCESS ? pjmedia_jbuf_set_fixed(stream->jb, delay_ms / frame_ms(stream)) : status;
}

/** As pjmedia sets a new stream's buffer up: 500 ms long, of which four fifths may become delay. */
inline pj_status_t let_follow(pjmedia_stream_common *stream)
{
    pj_status_t status = pjmedia_jbuf_set_discard(stream->jb, PJMEDIA_JB_DISCARD_PROGRESSIVE);
    return status == PJ_SUCCESS ? pjmedia_jbuf_set_adaptive(stream->jb, 0, 1, 400 / frame_ms(stream)) : status;
}

/** A call with its dialog locked; throws where there is none. */
class Held {
public:
    Held(const char *function, int call)
    {
        if (call < 0 || call >= static_cast<int>(pjsua_var.ua_cfg.max_calls) || !pjsua_var.calls[call].inv)
            refuse(function, "there is no such call");
        call_ = &pjsua_var.calls[call];
        inv_ = call_->inv;
        dlg_ = inv_->dlg;
        pjsip_dlg_inc_lock(dlg_);
    }
    ~Held() { pjsip_dlg_dec_lock(dlg_); }
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;
    pjsua_call        *call() const { return call_; }
    pjsip_inv_session *inv() const { return inv_; }

private:
    pjsua_call        *call_;
    pjsip_inv_session *inv_;
    pjsip_dialog      *dlg_;
};

/** Requests and answers of this dialog carry the account's present Contact and leave by its present transport. */
inline void follow_account(pjsip_dialog *dlg, pjsua_acc_id account)
{
    pj_str_t contact;
    pjsip_tpselector by;
    if (pjsua_acc_create_uac_contact(dlg->pool, &contact, account, &dlg->remote.info_str) == PJ_SUCCESS) {
        const pj_str_t name = {const_cast<char *>("Contact"), 7};
        pj_str_t copy;
        pj_strdup_with_null(dlg->pool, &copy, &contact);
        void *parsed = pjsip_parse_hdr(dlg->pool, &name, copy.ptr, copy.slen, NULL);
        if (parsed)
            dlg->local.contact = static_cast<pjsip_contact_hdr *>(parsed);
    }
    pjsua_init_tpselector(account, &by);
    pjsip_dlg_set_transport(dlg, &by);
}

/** The account's transport to where a transaction goes, with a reference for the caller. */
inline pjsip_transport *transport_to(const char *function, pjsua_acc_id account, const pjsip_transaction *tsx)
{
    pjsip_tpselector by;
    pjsip_transport *found = NULL;
    pjsua_init_tpselector(account, &by);
    const pj_sockaddr *target = &tsx->transport->key.rem_addr;
    if (by.type == PJSIP_TPSELECTOR_TRANSPORT)
        target = &tsx->addr;
    check(function, pjsip_endpt_acquire_transport2(endpoint(function), pjsua_var.acc[account].tp_type, target,
                                                   pj_sockaddr_get_len(target), &by, tsx->last_tx, &found));
    return found;
}

/** A connection over a TCP or TLS transport of pjsua's, with a reference for the caller. */
inline pjsip_transport *opened(const char *function, int transport, const std::string &addr_port, const std::string &name)
{
    pj_sockaddr target;
    unsigned    port;
    if (!parse_address_port(addr_port, &target, &port) || !port)
        refuse(function, "'" + addr_port + "' is no address with a port");
    pj_sockaddr_set_port(&target, static_cast<pj_uint16_t>(port));
    if (transport < 0 || transport >= static_cast<int>(PJ_ARRAY_SIZE(pjsua_var.tpdata)) || !pjsua_var.tpdata[transport].data.ptr ||
        pjsip_transport_get_flag_from_type(pjsua_var.tpdata[transport].type) & PJSIP_TRANSPORT_DATAGRAM)
        refuse(function, "there is no such TCP or TLS transport");
    pjsip_tpselector by;
    pj_bzero(&by, sizeof(by));
    by.type = PJSIP_TPSELECTOR_LISTENER;
    by.u.listener = pjsua_var.tpdata[transport].data.factory;
    pjsip_tx_data *names = NULL; /* where a transport looks up whom to expect */
    check(function, pjsip_endpt_create_tdata(endpoint(function), &names));
    pjsip_tx_data_add_ref(names);
    const pj_str_t view = text(name);
    pj_strdup(names->pool, &names->dest_info.name, &view);
    pjsip_transport *made = NULL;
    pj_status_t status = pjsip_endpt_acquire_transport2(endpoint(function), pjsua_var.tpdata[transport].type, &target,
                                                        pj_sockaddr_get_len(&target), &by, names, &made);
    pjsip_tx_data_dec_ref(names);
    check(function, status);
    return made;
}

/** Answers leave by this transport. The transaction does not hear of its end, which a UDP transport has none of. */
inline void answer_by(pjsip_transaction *tsx, pjsip_transport *transport)
{
    if (tsx->tp_st_key)
        pjsip_transport_remove_state_listener(tsx->transport, tsx->tp_st_key, tsx);
    tsx->tp_st_key = NULL;
    pjsip_transport_add_ref(transport);
    pjsip_transport_dec_ref(tsx->transport);
    tsx->transport = tsx->res_addr.transport = transport;
}

/** The CANCEL says that it comes from where the INVITE came from: the other way to know it again (RFC 3261 section 17.2.3). */
inline void cancel_by(const char *function, pjsip_dialog *dlg, pjsip_transaction *tsx, pjsip_transport *transport)
{
    const void *via = tsx->last_tx ? pjsip_msg_find_hdr(tsx->last_tx->msg, PJSIP_H_VIA, NULL) : NULL;
    if (!via)
        return;
    pjsip_host_port sent_by = static_cast<const pjsip_via_hdr *>(via)->sent_by;
    pjsip_dlg_set_via_sent_by(dlg, &sent_by, transport);
    if (tsx->status_code >= 100)
        return; /* pjsip sends it itself when the call is hung up */
    pjsip_tx_data *cancel = NULL;
    check(function, pjsip_endpt_create_cancel(endpoint(function), tsx->last_tx, &cancel));
    pj_strdup(cancel->pool, &cancel->via_addr.host, &sent_by.host);
    cancel->via_addr.port = sent_by.port;
    cancel->via_tp = transport;
    pjsip_tx_data_set_transport(cancel, &dlg->tp_sel);
    check(function, pjsip_endpt_send_request_stateless(endpoint(function), cancel, NULL, NULL));
}

/** An ACK for an answer that we may not have seen; a far end that sent none ignores it. */
inline void acknowledge(pjsip_dialog *dlg, int number)
{
    pjsip_tx_data *ack = NULL;
    if (pjsip_dlg_create_request(dlg, pjsip_get_ack_method(), number, &ack) == PJ_SUCCESS)
        pjsip_dlg_send_request(dlg, ack, -1, NULL);
}

} // namespace keepline
