"""A process that ends sends what it has promised to send (R-106)."""

import threading

from celery.concurrency.prefork import process_destructor

from tesigo.platform.enqueue import outbox


def test_a_process_of_a_worker_sends_what_still_waits_before_it_ends() -> None:
    sent = threading.Event()
    may_send = threading.Event()

    def send() -> None:
        may_send.wait(10)
        sent.set()

    assert outbox.put("a task", send)
    threading.Timer(0.1, may_send.set).start()
    process_destructor(1, 0)
    assert sent.is_set()
