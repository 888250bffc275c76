namespace Secronna.IdentityProvider.Keys;

/// <summary>The provider's signing keys: the current one, older ones that are still published, and withdrawn ones.</summary>
internal sealed class KeyRing(SigningKey first)
{
    private readonly Lock changing = new();
    private volatile State state = new([first], []);

    /// <summary>The key that signs new tokens.</summary>
    public SigningKey Current => state.Published[0];

    /// <summary>The keys in the JWKS, the current one first.</summary>
    public IReadOnlyList<SigningKey> Published => state.Published;

    /// <summary>
    /// All keys, the withdrawn ones too. The provider needs the withdrawn keys to verify its own refresh tokens and codes, which
    /// may be older than the withdrawal.
    /// </summary>
    public IReadOnlyList<SigningKey> All => state.All;

    /// <summary>
    /// Makes a key the current one. <paramref name="keepOld"/> decides whether the other published keys stay published or are
    /// withdrawn.
    /// </summary>
    public void Rotate(SigningKey next, bool keepOld) => Change(before => keepOld
        ? new State([next, .. before.Published], before.Withdrawn)
        : new State([next], [.. before.Published, .. before.Withdrawn]));

    /// <summary>Withdraws all keys but the current one from the JWKS.</summary>
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
