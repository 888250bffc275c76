namespace Secronna.Server.Features.Keys;

/// <summary>What a rotation of the master key has to do.</summary>
/// <param name="From">The id of the active master key.</param>
/// <param name="To">
/// The id of the key that becomes active; the same as <paramref name="From"/> when an earlier rotation continues.
/// </param>
/// <param name="Keks">How many KEKs are not yet wrapped with the key <paramref name="To"/>.</param>
internal sealed record MasterKeyPlan(string From, string To, long Keks);
