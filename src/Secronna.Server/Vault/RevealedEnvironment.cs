namespace Secronna.Server.Vault;

/// <summary>The values of an environment in one state. Disposing it zeroes the values and gives their memory back.</summary>
/// <param name="Revision">The revision of the state, for the <c>ETag</c>.</param>
/// <param name="Values">The values, ordered by key.</param>
/// <param name="Unrecoverable">The keys that existed at the requested instant and have been deleted since.</param>
/// <param name="Lease">The lease on the memory that the values take.</param>
internal sealed record RevealedEnvironment(
    string Revision, IReadOnlyList<RevealedValue> Values, IReadOnlyList<string> Unrecoverable, IDisposable Lease) : IDisposable
{
    public void Dispose()
    {
        Lease.Dispose();
        foreach (var value in Values)
        {
            value.Dispose();
        }
    }
}
