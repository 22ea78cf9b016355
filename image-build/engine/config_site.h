/* Compile-time settings of pjproject for Keepline: each line differs from the default for the reason beside it.
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* --- Event loop --------------------------------------------------------------------------------------------- */
/* asyncio watches our epoll handle from its own epoll. Plain level-triggered is the mode whose readability always
 * equals "there is work"; EXCLUSIVE and ONESHOT only help when several threads poll, and here one thread does. */
#define PJ_IOQUEUE_DEFAULT_EPOLL_FLAGS      0
/* 32 calls with RTP and RTCP sockets plus the SIP transports; the default 64 is used up by 32 calls alone. The rest is for
 * TCP connections of strangers, which are closed at once but keep their handle for half a second. */
#define PJ_IOQUEUE_MAX_HANDLES              2048
/* Default 1 handles one batch and returns to Python; 16 empties a burst in one go, and a poll that finds nothing
 * is what gives closed sockets back. */
#define PJSIP_MAX_NET_EVENTS                16
/* The default sleeps up to 10 ms in the SIP thread when a poll fails; asyncio does the waiting. */
#define PJSIP_HANDLE_EVENTS_HAS_SLEEP_ON_ERR 0

/* --- Size: a telephone adapter, not a switch ----------------------------------------------------------------- */
#define PJSUA_MAX_CALLS                     32      /* default 4: too few for waiting, conference and forwards */
#define PJSUA_MAX_ACC                       32      /* default 8: several numbers, each with standby accounts */
#define PJSUA_MAX_BUDDIES                   32      /* default 256, each costs memory */
/* Default 4000: REGISTER answers that list many bindings are longer and were dropped as syntax errors (measured). */
#define PJSIP_MAX_PKT_LEN                   16000
/* Tokens in some providers' Contact and Route addresses pass the default 256. */
#define PJSIP_MAX_URL_SIZE                  512

/* --- SIP behaviour -------------------------------------------------------------------------------------------- */
#define PJ_HAS_IPV6                         1       /* default 0 */
/* Default 0 silently sends an INVITE over 1300 bytes by TCP although the account says UDP; many servers refuse it. */
#define PJSIP_DONT_SWITCH_TO_TCP            1
/* Default 0 resolves the own host name when transports start, and waits for DNS while the network is away. */
#define PJ_GETHOSTIP_DISABLE_LOCAL_RESOLUTION 1
/* Without a certificate nobody can call us by TLS; calls come over the connection we opened. No door then. */
#define PJSIP_TLS_TRANSPORT_DONT_CREATE_LISTENER 1
/* Default 1024: longer descriptions reach Python as an empty text. */
#define PJSUA2_MAX_SDP_BUF_LEN              8000
/* Default 1 answers 482 to the second copy of a call that was sent to two contacts of ours, and a proxy may tell the caller that instead
 * of what the first copy was answered. The agent lets the second one wait for the first. */
#define PJSUA_DETECT_MERGED_REQUESTS        0
/* Default 300 s without service after a failed registration; also settable per account. */
#define PJSUA_REG_RETRY_INTERVAL            30

/* --- Media ---------------------------------------------------------------------------------------------------- */
#define PJMEDIA_HAS_VIDEO                   0
#define PJMEDIA_SRTP_HAS_DTLS               1       /* default 0: DTLS-SRTP calls fail at once */
/* The mixing bridge in one thread: a telephone has few ports, worker threads would only add wake-ups. */
#define PJMEDIA_CONF_BACKEND                PJMEDIA_CONF_SERIAL_BRIDGE_BACKEND
/* Packets from a new source before media follows it: default 10 is 200 ms of silence after an uplink change
 * (measured); 4 is what Asterisk asks for. */
#define PJMEDIA_RTP_NAT_PROBATION_CNT       4
/* Default 120. Everyone else uses 101, and some far ends send 101 whatever we asked for. */
#define PJMEDIA_RTP_PT_TELEPHONE_EVENTS     101
/* Default 2 is 6 dB louder than spandsp's G.722, which most far ends use (measured with baresip); and one clipped sample
 * would change the level for the rest of the call. */
#define PJMEDIA_G722_DEFAULT_PCM_SHIFT      1
#define PJMEDIA_G722_STOP_PCM_SHIFT_ON_CLIPPING 0
/* Default 0: nothing is sent on hold, and the NAT forgets the call. An empty RTP packet keeps it open. */
#define PJMEDIA_STREAM_ENABLE_KA            PJMEDIA_STREAM_KA_EMPTY_RTP

/* --- Diagnosis ------------------------------------------------------------------------------------------------ */
#define PJ_LOG_MAX_LEVEL                    5       /* the SIP trace needs 4 and 5 */
