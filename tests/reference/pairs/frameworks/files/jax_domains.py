import jax
import jax.numpy as jnp


@jax.custom_vjp
def guarded_root(x, eps=1e-8):
    """Square root with a gradient that stays finite at zero.

    Args:
        x: values (should be non-negative)
        eps: floor of the gradient's divisor
    """
    return jnp.sqrt(jnp.maximum(x, 0.0))


def guarded_root_fwd(x, eps):
    return jnp.sqrt(jnp.maximum(x, 0.0)), (x, eps)


def guarded_root_bwd(res, g):
    x, eps = res
    return g / (2.0 * jnp.sqrt(jnp.maximum(x, eps))), None


guarded_root.defvjp(guarded_root_fwd, guarded_root_bwd)


@jax.custom_vjp
def any_root(x, eps=1e-8):
    """The same for whatever comes."""
    return jnp.sqrt(jnp.maximum(x, 0.0))


def any_root_fwd(x, eps):
    return jnp.sqrt(jnp.maximum(x, 0.0)), (x, eps)


def any_root_bwd(res, g):
    x, eps = res
    return g / (2.0 * jnp.sqrt(jnp.maximum(x, eps))), None


any_root.defvjp(any_root_fwd, any_root_bwd)


@jax.custom_vjp
def doubled_root(x, eps=1e-8):
    """Args:
    x: values, must be positive
    """
    return jnp.sqrt(jnp.maximum(x, 0.0))


def doubled_root_fwd(x, eps):
    return jnp.sqrt(jnp.maximum(x, 0.0)), (x, eps)


def doubled_root_bwd(res, g):
    x, eps = res
    return g / jnp.sqrt(jnp.maximum(x, eps)), None


doubled_root.defvjp(doubled_root_fwd, doubled_root_bwd)


@jax.custom_vjp
def masked_attention(q, k, v, key_mask):
    return attend(q, k, v, key_mask)[0]


def attend(q, k, v, key_mask):
    scores = jnp.einsum("bhid,bhjd->bhij", q, k) - 1e3 * (1 - key_mask[:, None, None, :])
    weights = jax.nn.softmax(scores, axis=-1)
    return jnp.einsum("bhij,bhjd->bhid", weights, v), weights


def masked_attention_fwd(q, k, v, key_mask):
    out, weights = attend(q, k, v, key_mask)
    return out, (q, k, v, key_mask, weights)


def masked_attention_bwd(res, do):
    q, k, v, key_mask, weights = res
    assert key_mask.shape[0] == q.shape[0]
    dv = jnp.einsum("bhij,bhid->bhjd", weights, do)
    dw = jnp.einsum("bhid,bhjd->bhij", do, v)
    ds = weights * (dw - (dw * weights).sum(-1, keepdims=True))
    return jnp.einsum("bhij,bhjd->bhid", ds, k), jnp.einsum("bhij,bhid->bhjd", ds, q), dv, None


masked_attention.defvjp(masked_attention_fwd, masked_attention_bwd)


@jax.custom_jvp
def spike_in_single(x, threshold=1.0):
    return (x > threshold).astype(jnp.float32)


@spike_in_single.defjvp
def spike_in_single_jvp(primals, tangents):
    x, threshold = primals
    dx, dt = tangents
    return spike_in_single(x, threshold), dx / (jnp.abs(x - threshold) + 1) ** 2
