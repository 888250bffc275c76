namespace Secronna.IdentityProvider.Keys;

/// <summary>The provider's signing keys: the current one, those still published, and those withdrawn.</summary>
internal sealed class KeyRing(SigningKey first)
{
    private readonly Lock changing = new();
    private volatile State state = new([first], []);

    public SigningKey Current => state.Published[0];

    /// <summary>What the JWKS holds, the current one first.</summary>
    public IReadOnlyList<SigningKey> Published => state.Published;

    /// <summary>
    /// Also the withdrawn ones. The provider's own refresh tokens and codes are signed too, and outlive a key that it
    /// no longer publishes.
    /// </summary>
    public IReadOnlyList<SigningKey> All => state.All;

    /// <summary>Makes this key the current one. What was published stays so, or is withdrawn.</summary>
    public void Rotate(SigningKey next, bool keepOld) => Change(before => keepOld
        ? new State([next, .. before.Published], before.Withdrawn)
        : new State([next], [.. before.Published, .. before.Withdrawn]));

    /// <summary>Takes all but the current key out of the JWKS.</summary>
    public void WithdrawOld() => Change(before =>
        new State([before.Published[0]], [.. before.Published.Skip(1), .. before.Withdrawn]));

    private void Change(Func<State, State> change)
    {
        lock (changing)
        {
            state = change(state);
        }
    }

    private sealed record State(IReadOnlyList<SigningKey> Published, IReadOnlyList<SigningKey> Withdrawn)
    {
        public IReadOnlyList<SigningKey> All { get; } = [.. Published, .. Withdrawn];
    }
}
