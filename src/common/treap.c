/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/treap.h"

struct treap_node *treap_find(const struct treap *t, const void *key)
{
    struct treap_node *n = t->root;

    while (n) {
        int c = t->compare(key, n);
        if (c == 0)
            return n;
        n = c < 0 ? n->left : n->right;
    }
    return NULL;
}

struct treap_node *treap_lower_bound(const struct treap *t, const void *key)
{
    struct treap_node *n = t->root, *best = NULL;

    while (n) {
        if (t->compare(key, n) <= 0) {
            best = n;
            n = n->left;
        } else {
            n = n->right;
        }
    }
    return best;
}

struct treap_node *treap_upper_bound(const struct treap *t, const void *key)
{
    struct treap_node *n = t->root, *best = NULL;

    while (n) {
        if (t->compare(key, n) < 0) {
            best = n;
            n = n->left;
        } else {
            n = n->right;
        }
    }
    return best;
}

struct treap_node *treap_first(const struct treap *t)
{
    struct treap_node *n = t->root;

    while (n && n->left)
        n = n->left;
    return n;
}

/* xorshift: balance is all that is asked of it. */
static uint32_t next_priority(struct treap *t)
{
    t->seed ^= t->seed << 13;
    t->seed ^= t->seed >> 17;
    t->seed ^= t->seed << 5;
    return t->seed;
}

/* Cuts the tree below root into what is below key and what is above. */
static void split(treap_compare compare, const void *key, struct treap_node *root, struct treap_node **below,
                  struct treap_node **above)
{
    while (root) {
        if (compare(key, root) < 0) {
            *above = root;
            above = &root->left;
            root = root->left;
        } else {
            *below = root;
            below = &root->right;
            root = root->right;
        }
    }
    *below = *above = NULL;
}

void treap_insert(struct treap *t, const void *key, struct treap_node *node)
{
    struct treap_node **at = &t->root;

    node->priority = next_priority(t);
    while (*at && (*at)->priority >= node->priority)
        at = t->compare(key, *at) < 0 ? &(*at)->left : &(*at)->right;
    split(t->compare, key, *at, &node->left, &node->right);
    *at = node;
    t->count++;
}

/* One tree of two, the first of which is all below the second, into *at. */
static void join(struct treap_node **at, struct treap_node *a, struct treap_node *b)
{
    while (a && b) {
        if (a->priority >= b->priority) {
            *at = a;
            at = &a->right;
            a = a->right;
        } else {
            *at = b;
            at = &b->left;
            b = b->left;
        }
    }
    *at = a ? a : b;
}

struct treap_node *treap_remove(struct treap *t, const void *key)
{
    struct treap_node **at = &t->root, *n;
    int c;

    while ((n = *at)) {
        c = t->compare(key, n);
        if (c == 0)
            break;
        at = c < 0 ? &n->left : &n->right;
    }
    if (!n)
        return NULL;
    join(at, n->left, n->right);
    n->left = n->right = NULL;
    t->count--;
    return n;
}
