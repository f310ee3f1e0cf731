/* The background grower's thread. */
#include "growth/cn_grower.h"

#include <stddef.h>

#include "base/cn_assert.h"
#include "base/cn_atomic.h"
#include "base/cn_error.h"
#include "platform/cn_os.h"
#include "reclaim/cn_epoch.h"

static cn_os_mutex_t cn_grower_turn = CN_OS_MUTEX_INIT;   /* held while clients work or the list changes */
static cn_os_mutex_t cn_grower_starts = CN_OS_MUTEX_INIT; /* held while the thread starts or ends; taken first */
static cn_grower_client_t *cn_grower_clients;
static cn_os_event_t *cn_grower_event;
static cn_os_thread_t cn_grower_thread;
static bool cn_grower_running;
static bool cn_grower_fork_handled;
static CN_ATOMIC(bool) cn_grower_stop;
static CN_ATOMIC(cn_os_event_t *) cn_grower_bell; /* the event while the thread runs */

static void *cn_grower_run(void *argument)
{
    cn_os_event_t *event = argument;
    while (!cn_load_acquire(&cn_grower_stop)) { /* pairs with cn_grower_end */
        cn_os_mutex_lock(&cn_grower_turn);
        const uint64_t now = cn_os_nanos();
        cn_grower_client_t *next;
        for (cn_grower_client_t *client = cn_grower_clients; client != NULL; client = next) {
            next = client->next;
            client->work(client, now);
        }
        cn_os_mutex_unlock(&cn_grower_turn);
        for (int i = 0; i < 3 && cn_epoch_pending() != 0; i++) (void)cn_epoch_collect(); /* two epochs, and the rest */
        (void)cn_os_event_wait(event, CN_GROWER_TICK_NANOS);
    }
    return NULL;
}

/* In the child of a fork only the forking thread lives: the grower starts anew with the next pool, and pins of the others
 * would hold reclamation back for good. */
static void cn_grower_in_child(void)
{
    cn_epoch_in_child();
    cn_grower_running = false;
    cn_store_relaxed(&cn_grower_bell, NULL);
    cn_grower_event = NULL; /* the parent's; a few bytes are left behind in the child */
}

static void cn_grower_before_fork(void)
{
    cn_os_mutex_lock(&cn_grower_starts);
    cn_os_mutex_lock(&cn_grower_turn);
}

static void cn_grower_after_fork(void)
{
    cn_os_mutex_unlock(&cn_grower_turn);
    cn_os_mutex_unlock(&cn_grower_starts);
}

static void cn_grower_after_fork_in_child(void)
{
    cn_grower_in_child();
    cn_grower_after_fork();
}

/* Holds cn_grower_starts. */
static bool cn_grower_begin(void)
{
    if (cn_grower_running) return true;
    if (!cn_grower_fork_handled) {
        cn_grower_fork_handled =
            cn_os_at_fork(cn_grower_before_fork, cn_grower_after_fork, cn_grower_after_fork_in_child) == CN_OK;
    }
    if (cn_grower_event == NULL && cn_os_event_create(&cn_grower_event) != CN_OK) return false;
    cn_store_relaxed(&cn_grower_stop, false);
    if (cn_os_thread_start(&cn_grower_thread, "cenote-grower", cn_grower_run, cn_grower_event) != CN_OK) return false;
    cn_store_release(&cn_grower_bell, cn_grower_event); /* pairs with cn_grower_wake */
    cn_grower_running = true;
    return true;
}

/* Holds cn_grower_starts. */
static void cn_grower_end(void)
{
    if (!cn_grower_running) return;
    cn_store_release(&cn_grower_stop, true); /* pairs with cn_grower_run */
    cn_os_event_set(cn_grower_event);
    cn_os_thread_join(&cn_grower_thread);
    cn_grower_running = false;
    /* The event stays: a caller may hold the bell.  One per process. */
}

bool cn_grower_join(cn_grower_client_t *client)
{
    cn_os_mutex_lock(&cn_grower_starts);
    cn_os_mutex_lock(&cn_grower_turn);
    client->next = cn_grower_clients;
    client->link = &cn_grower_clients;
    if (client->next != NULL) client->next->link = &client->next;
    cn_grower_clients = client;
    cn_os_mutex_unlock(&cn_grower_turn);
    const bool running = cn_grower_begin();
    cn_os_mutex_unlock(&cn_grower_starts);
    return running;
}

void cn_grower_quit(cn_grower_client_t *client)
{
    cn_os_mutex_lock(&cn_grower_starts);
    cn_os_mutex_lock(&cn_grower_turn);
    CN_ASSERT(client->link != NULL);
    *client->link = client->next;
    if (client->next != NULL) client->next->link = client->link;
    client->link = NULL;
    const bool last = cn_grower_clients == NULL;
    cn_os_mutex_unlock(&cn_grower_turn);
    if (last) cn_grower_end();
    cn_os_mutex_unlock(&cn_grower_starts);
}

void cn_grower_wake(void)
{
    cn_os_event_t *event = cn_load_acquire(&cn_grower_bell);
    if (event != NULL) cn_os_event_set(event);
}
