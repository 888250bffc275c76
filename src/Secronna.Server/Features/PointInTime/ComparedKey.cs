using Secronna.Protocol;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.PointInTime;

/// <summary>A key that at least one of two compared environments has.</summary>
/// <param name="key">The key.</param>
/// <param name="here">The key's secret in the first environment; <c>null</c> if the key has no secret there.</param>
/// <param name="there">The key's secret in the second environment; <c>null</c> if the key has no secret there.</param>
internal sealed class ComparedKey(string key, SecretRow? here, SecretRow? there)
{
    public string Key => key;

    public SecretRow? Here => here;

    public SecretRow? There => there;

    /// <summary>
    /// The result. If the result depends on the values, it is <c>null</c> until the values have been compared.
    /// </summary>
    public string? Result { get; set; } = (here, there) switch
    {
        (_, null) => CompareResults.OnlyHere,
        (null, _) => CompareResults.OnlyThere,
        _ when here.Id == there.Id && here.CurrentVersion == there.CurrentVersion => CompareResults.Same,
        // A value that is destroyed, alone or with its secret, can't be compared.
        _ when here.IsUnrecoverable || there.IsUnrecoverable => CompareResults.Different,
        _ => null,
    };

    /// <summary>The keys of both environments, ordered by their bytes like every list of secrets.</summary>
    public static IReadOnlyList<ComparedKey> Pair(IEnumerable<SecretRow> here, IEnumerable<SecretRow> there)
    {
        var left = here.ToDictionary(secret => secret.Key, StringComparer.Ordinal);
        var right = there.ToDictionary(secret => secret.Key, StringComparer.Ordinal);
        return
        [
            .. left.Keys.Union(right.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(key => new ComparedKey(key, left.GetValueOrDefault(key), right.GetValueOrDefault(key))),
        ];
    }
}
