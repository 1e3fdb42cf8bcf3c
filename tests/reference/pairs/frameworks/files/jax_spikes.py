import jax
import jax.numpy as jnp


@jax.custom_vjp
def of_spikes(spikes, weight):
    return spikes @ weight


def of_spikes_fwd(spikes, weight):
    return spikes @ weight, (jnp.packbits(spikes.astype(jnp.uint8), axis=-1), spikes.shape, weight)


def of_spikes_bwd(kept, g):
    packed, shape, weight = kept
    spikes = jnp.unpackbits(packed, axis=-1, count=shape[-1]).astype(g.dtype)
    return g @ weight.T, spikes.T @ g


of_spikes.defvjp(of_spikes_fwd, of_spikes_bwd)


@jax.custom_vjp
def of_values(values, weight):
    """The same for whatever comes."""
    return values @ weight


def of_values_fwd(values, weight):
    return values @ weight, (jnp.packbits(values.astype(jnp.uint8), axis=-1), values.shape, weight)


def of_values_bwd(kept, g):
    packed, shape, weight = kept
    values = jnp.unpackbits(packed, axis=-1, count=shape[-1]).astype(g.dtype)
    return g @ weight.T, values.T @ g


of_values.defvjp(of_values_fwd, of_values_bwd)


@jax.custom_vjp
def of_spikes_backwards(spikes, weight):
    return spikes @ weight


def of_spikes_backwards_fwd(spikes, weight):
    return spikes @ weight, (jnp.packbits(spikes.astype(jnp.uint8), axis=-1), spikes.shape, weight)


def of_spikes_backwards_bwd(kept, g):
    packed, shape, weight = kept
    spikes = jnp.unpackbits(packed, axis=-1, count=shape[-1]).astype(g.dtype)
    return g @ weight.T, spikes[::-1].T @ g


of_spikes_backwards.defvjp(of_spikes_backwards_fwd, of_spikes_backwards_bwd)
