namespace Secronna.Server.Vault;

/// <summary>How far a rotation of the master key has come.</summary>
/// <param name="Rewrapped">The number of KEKs that were put under the active master key.</param>
/// <param name="Broken">
/// The ids of the KEKs that stay under another master key, because they are damaged or because that master key is missing.
/// </param>
/// <param name="IsDone">Whether all KEKs are under the active master key.</param>
internal sealed record MasterKeyProgress(long Rewrapped, IReadOnlyList<string> Broken, bool IsDone);
