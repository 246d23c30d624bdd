/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linger: watches and notifications: operations that are not over with their first answer. A watch is told
 * to the OSD again whenever its object moves or the session is lost, and confirmed every few seconds.
 *
 * Owner: lingers_create() before messenger_start(), lingers_stop() before objecter_stop(), lingers_free()
 * after messenger_shutdown(). Threads: any, with no lock held of LOCK_RANK_LIBRADOS or above; callbacks come
 * as the objecter's do. Errors: negative errno. Times: nanoseconds.
 */
#ifndef CEPH_OSDC_LINGER_H
#define CEPH_OSDC_LINGER_H

#include "osdc/objecter.h"

struct lingers;

struct linger_object {
    int64_t pool;
    const char *nspace, *key, *name;
};

struct linger_callbacks {
    void (*notified)(void *arg, uint64_t cookie, uint64_t notify_id, uint64_t notifier,
                     const struct slice *payload);
    void (*failed)(void *arg, uint64_t cookie, int error); /* the watch is no more */
    void (*forget)(void *arg); /* nothing else will be called: the last call for a watch; may be NULL */
};

struct lingers *lingers_create(struct objecter *o, struct messenger *m);
void lingers_stop(struct lingers *l);
void lingers_free(struct lingers *l);

typedef void (*linger_done)(void *arg, int result);

/* timeout_s: after which the OSD gives a silent watcher up; 0: the OSD's own. Returns the cookie, 0: no
 * memory (then nothing is called). done is called before anything else. */
uint64_t linger_watch(struct lingers *l, const struct linger_object *object, uint32_t timeout_s,
                      const struct linger_callbacks *callbacks, void *arg, linger_done done, void *done_arg);
/* -ENOTCONN: there is no such watch; else done is called. */
int linger_unwatch(struct lingers *l, uint64_t cookie, linger_done done, void *done_arg) MUST_CHECK;
/* Milliseconds since the OSD last confirmed it; or what became of it. */
int linger_check(struct lingers *l, uint64_t cookie);

/* answers: as in MWatchNotify; empty when there was none. */
typedef void (*linger_notified)(void *arg, int result, struct bufferlist *answers);
int linger_notify(struct lingers *l, const struct linger_object *object, const void *data, size_t len,
                  uint32_t timeout_s, linger_notified done, void *arg) MUST_CHECK;

#endif
