/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An object store: random transactions in a few collections, several at once, each with its number in a
 * record of the collection. What a collection must look like after so many of them, a memory store says that
 * is given the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/bytes.h"
#include "common/crc32c.h"
#include "common/strbuf.h"
#include "os/object_store.h"
#include "test/crash/crash_subject.h"
#include "test/crash/journal.h"

enum { TRANSACTIONS = 70, OBJECTS = 6, BITS = 2, SMALL_MAX = 3000, LARGE_MAX = 90000, OBJECT_MAX = 150000 };

static const char NUMBER_KEY[] = "number";

static struct coll_id lane_coll(unsigned lane)
{
    return (struct coll_id){.pool = 1, .seed = lane};
}

/* ---- transactions ---- */

struct step {
    struct os_transaction t;
    struct hobject objects[OBJECTS];
    int journal;
    unsigned lane;
    uint64_t number;
};

static struct slice some_bytes(unsigned *seed, uint8_t *room)
{
    size_t max = rand_r(seed) % 8 ? SMALL_MAX : LARGE_MAX, len = (size_t)rand_r(seed) % max + 1;

    memset(room, rand_r(seed), len);
    for (size_t i = 0; i < len; i += 97)
        room[i] = (uint8_t)rand_r(seed);
    return (struct slice){.data = room, .len = len};
}

static void add_keys(struct os_transaction *t, const struct hobject *o, unsigned *seed, bool set)
{
    unsigned count = (unsigned)rand_r(seed) % 5;
    struct encode e;
    struct slice list;
    char text[16];

    encode_init(&e);
    encode_u32(&e, count);
    for (unsigned i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "k%d", rand_r(seed) % 20);
        encode_string(&e, text);
        if (set)
            encode_string(&e, text + rand_r(seed) % 2);
    }
    list = (struct slice){.data = e.data, .len = e.len};
    if (set)
        os_omap_setkeys(t, o, &list);
    else
        os_omap_rmkeys(t, o, &list);
    encode_destroy(&e);
}

static void add_data_op(struct os_transaction *t, const struct hobject *o, unsigned *seed, uint8_t *room)
{
    uint64_t offset = (uint64_t)rand_r(seed) % OBJECT_MAX;
    struct slice data = some_bytes(seed, room);

    switch (rand_r(seed) % 8) {
    case 0:
        os_zero(t, o, offset, data.len);
        break;
    case 1:
        os_truncate(t, o, offset);
        break;
    case 2:
        os_remove(t, o);
        break;
    default:
        os_write(t, o, rand_r(seed) % 2 ? offset : 0, &data);
        break;
    }
}

static void add_pairs_op(struct os_transaction *t, const struct hobject *o, unsigned *seed, uint8_t *room)
{
    struct slice value = some_bytes(seed, room), first = {.data = (const uint8_t *)"k3", .len = 2},
                 end = {.data = (const uint8_t *)"k7", .len = 2};
    char name[8] = {'_', (char)('a' + rand_r(seed) % 3), 0};

    if (value.len > SMALL_MAX)
        value.len = SMALL_MAX;
    switch (rand_r(seed) % 8) {
    case 0:
        os_rmattr(t, o, name);
        break;
    case 1:
        add_keys(t, o, seed, false);
        break;
    case 2:
        os_omap_rmkeyrange(t, o, &first, &end);
        break;
    case 3:
        os_omap_setheader(t, o, &value);
        break;
    case 4:
        os_omap_clear(t, o);
        break;
    case 5:
        os_setattr(t, o, name, &value);
        break;
    default:
        add_keys(t, o, seed, true);
        break;
    }
}

static void step_init(struct step *s, unsigned lane, uint64_t number)
{
    unsigned seed = lane * 7919 + (unsigned)number;
    uint8_t *room = malloc(LARGE_MAX), text[8];
    struct slice n = {.data = text, .len = sizeof(text)};

    if (!room)
        abort();
    s->lane = lane;
    s->number = number;
    os_transaction_init(&s->t, lane_coll(lane));
    if (number == 0)
        os_mkcoll(&s->t, BITS);
    for (uint32_t i = 0; i < OBJECTS; i++) {
        char name[16];
        snprintf(name, sizeof(name), "object%u", i);
        if (hobject_init(&s->objects[i], 1, i * UINT32_C(0x9e3779b1) << BITS | lane, "", "", name, SNAP_HEAD))
            abort();
    }
    for (int ops = number ? 1 + rand_r(&seed) % 6 : 0; ops > 0; ops--) {
        const struct hobject *o = &s->objects[rand_r(&seed) % OBJECTS];
        if (rand_r(&seed) % 2)
            add_data_op(&s->t, o, &seed, room);
        else
            add_pairs_op(&s->t, o, &seed, room);
    }
    put_le64(text, number);
    os_coll_setkey(&s->t, NUMBER_KEY, &n);
    free(room);
}

static void step_destroy(struct step *s)
{
    os_transaction_destroy(&s->t);
    for (unsigned i = 0; i < OBJECTS; i++)
        hobject_destroy(&s->objects[i]);
}

/* ---- using it ---- */

static void committed(void *arg, int error)
{
    struct step *s = arg;
    char mark[40];

    if (error)
        abort();
    snprintf(mark, sizeof(mark), "%u %" PRIu64, s->lane, s->number);
    journal_mark(s->journal, mark);
    step_destroy(s);
    free(s);
}

/* How many transactions of the lane are there; 0: not even the collection. */
static uint64_t steps_done(struct object_store *store, unsigned lane)
{
    struct os_collection *c = object_store_collection(store, lane_coll(lane));
    uint64_t n = 0;
    struct slice v;

    if (c && object_store_coll_getkey(store, c, NUMBER_KEY, &v) == 0) {
        n = get_le64(v.data) + 1;
        slice_put(&v);
    }
    os_collection_put(store, c);
    return n;
}

static struct object_store *open_it(const char *path)
{
    struct object_store *store;
    char *repaired, err[256];
    int r = object_store_open("kvstore", path, 0, 0, &store, &repaired, err, sizeof(err));

    free(repaired);
    if (r)
        printf("# %s\n", err);
    return r ? NULL : store;
}

static bool run(const char *dir, int journal, unsigned session)
{
    unsigned seed = session;
    uint64_t next[CRASH_LANES];
    struct object_store *store;
    char path[512], err[256];

    snprintf(path, sizeof(path), "%s/store", dir);
    if (session == 0) {
        if (object_store_mkfs("kvstore", path, err, sizeof(err)))
            return false;
        journal_mark(journal, "made");
    }
    store = open_it(path);
    for (unsigned lane = 0; store && lane < CRASH_LANES; lane++)
        next[lane] = steps_done(store, lane);
    for (unsigned i = 0; store && i < TRANSACTIONS; i++) {
        unsigned lane = i < CRASH_LANES ? i : (unsigned)rand_r(&seed) % CRASH_LANES;
        struct step *s = malloc(sizeof(*s));
        if (!s)
            abort();
        step_init(s, lane, next[lane]++);
        s->journal = journal;
        if (object_store_queue(store, &s->t, committed, s))
            return false;
        if (rand_r(&seed) % 3 == 0)
            object_store_drain(store);
    }
    if (session == 1)
        object_store_close(store);
    return store;
}

/* ---- looking at it ---- */

struct look {
    struct object_store *store;
    struct os_collection *coll;
    struct strbuf text;
    bool failed;
};

static bool show_pair(void *arg, const struct slice *key, const struct slice *value)
{
    struct look *l = arg;

    strbuf_printf(&l->text, "  %.*s %zu %08x\n", (int)key->len, (const char *)key->data, value->len,
                  crc32c(0, value->data, value->len));
    return true;
}

static void show_object(struct look *l, const struct hobject *o)
{
    struct slice header = {0}, none = {0};
    struct bufferlist bl;
    uint64_t size = 0;

    bufferlist_init(&bl);
    l->failed |= object_store_stat(l->store, l->coll, o, &size) ||
                 object_store_read(l->store, l->coll, o, 0, size, &bl) ||
                 object_store_omap_header(l->store, l->coll, o, &header);
    strbuf_printf(&l->text, "%s %" PRIu64 " %08x header %08x\n", o->name, size, bufferlist_crc32c(&bl, 0),
                  crc32c(0, header.data, header.len));
    l->failed |= object_store_getattrs(l->store, l->coll, o, show_pair, l) ||
                 object_store_omap_scan(l->store, l->coll, o, &none, false, show_pair, l);
    slice_put(&header);
    bufferlist_destroy(&bl);
}

struct names {
    struct hobject o[OBJECTS + 1];
    unsigned count;
};

static bool note_name(void *arg, const struct hobject *o)
{
    struct names *n = arg;

    return n->count <= OBJECTS && hobject_copy(&n->o[n->count], o) == 0 && ++n->count;
}

/* Everything in a lane's collection, as text; free() it. */
static char *show_lane(struct object_store *store, unsigned lane)
{
    struct look l = {.store = store, .coll = object_store_collection(store, lane_coll(lane))};
    struct names names = {.count = 0};
    struct hobject min;

    if (!l.coll)
        return strdup("nothing");
    if (hobject_init_min(&min))
        abort();
    l.failed = object_store_list(store, l.coll, &min, note_name, &names) != 0;
    for (unsigned i = 0; i < names.count; i++) {
        show_object(&l, &names.o[i]);
        hobject_destroy(&names.o[i]);
    }
    l.failed |= object_store_coll_scan(store, l.coll, "", show_pair, &l) != 0;
    if (l.failed)
        strbuf_add(&l.text, "with errors");
    hobject_destroy(&min);
    os_collection_put(store, l.coll);
    return strbuf_steal(&l.text);
}

static bool check_lane(struct object_store *store, struct object_store *model, unsigned lane, int64_t durable)
{
    uint64_t done = steps_done(store, lane);
    char *have, *want;
    bool good;

    if ((int64_t)done <= durable) {
        printf("# lane %u: %" PRId64 " was told durable, there are %" PRIu64 "\n", lane, durable, done);
        return false;
    }
    for (uint64_t n = 0; n < done; n++) {
        struct step s;
        step_init(&s, lane, n);
        if (object_store_apply(model, &s.t))
            abort();
        step_destroy(&s);
    }
    have = show_lane(store, lane);
    want = show_lane(model, lane);
    good = strcmp(have, want) == 0;
    if (!good)
        printf("# lane %u after %" PRIu64 " transactions is\n%s\n# instead of\n%s\n", lane, done, have, want);
    free(have);
    free(want);
    return good;
}

static bool check(const char *dir, const struct crash_marks *marks)
{
    struct object_store *store, *model;
    char path[512], err[256], *repaired;
    bool good = true;

    snprintf(path, sizeof(path), "%s/store", dir);
    store = open_it(path);
    if (!store)
        return !marks->made;
    if (object_store_open("memstore", "", 0, UINT64_MAX, &model, &repaired, err, sizeof(err)))
        abort();
    for (unsigned lane = 0; lane < CRASH_LANES && good; lane++)
        good = check_lane(store, model, lane, marks->durable[lane]);
    object_store_close(model);
    object_store_close(store);
    return good;
}

const struct crash_subject crash_object_store = {"objects", 3, run, check};
