"""The cache on Valkey that never breaks a request: away, full or frozen, it behaves as an empty cache."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from core.breaker import Breaker

TIMEOUT_SECONDS = 0.3
REST_SECONDS = 5.0
T = TypeVar("T")
log = logging.getLogger("vigie.cache")

# Django makes one cache object per thread; they share what they learn of the server.
breaker = Breaker(rest=REST_SECONDS)


class FailOpenRedisCache(RedisCache):
    """Django's Redis cache, answering "not there" where the server does not answer within 0.3 s."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": TIMEOUT_SECONDS,
            "socket_connect_timeout": TIMEOUT_SECONDS,
            # Once more, for a connection that the server closed while it was idle.
            "retry": Retry(NoBackoff(), 1),
            **params.get("OPTIONS", {}),
        }
        super().__init__(server, {**params, "OPTIONS": options})

    def _or(self, fallback: T, operation: Callable[[], T]) -> T:
        if breaker.is_open:
            return fallback
        try:
            return operation()
        except (RedisError, OSError) as problem:
            breaker.trip()
            log.warning("The cache does not answer (%s); the portal goes on without it", problem)
            return fallback

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Pretends to have added: a lock or a limit in the cache must not stop the portal."""
        return self._or(True, lambda: super(FailOpenRedisCache, self).add(key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, lambda: super(FailOpenRedisCache, self).get(key, default, version))

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._or(None, lambda: super(FailOpenRedisCache, self).set(key, value, timeout, version))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._or(False, lambda: super(FailOpenRedisCache, self).touch(key, timeout, version))

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._or(False, lambda: super(FailOpenRedisCache, self).delete(key, version))

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        names = list(keys)
        return self._or({}, lambda: super(FailOpenRedisCache, self).get_many(names, version))

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._or(False, lambda: super(FailOpenRedisCache, self).has_key(key, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Like Django's, ValueError for a missing key, but never for a missing server: that counts as the first."""
        return self._or(delta, lambda: super(FailOpenRedisCache, self).incr(key, delta, version))

    def set_many(
        self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[str]:
        return self._or(list(data), lambda: super(FailOpenRedisCache, self).set_many(data, timeout, version))

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        names = list(keys)
        self._or(None, lambda: super(FailOpenRedisCache, self).delete_many(names, version))

    def clear(self) -> None:
        self._or(None, lambda: super(FailOpenRedisCache, self).clear())
