using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Server.Access;

/// <summary>Grants as they are stored: the contract's JSON.</summary>
internal static class StoredGrants
{
    public static string Write(IReadOnlyList<Grant> grants) =>
        JsonSerializer.Serialize(grants, ProtocolJson.Default.IReadOnlyListGrant);

    /// <exception cref="JsonException">The database was changed by another hand: what it means can't be known.</exception>
    public static IReadOnlyList<Grant> Read(string stored) =>
        JsonSerializer.Deserialize(stored, ProtocolJson.Default.IReadOnlyListGrant)
        ?? throw new JsonException("no list of grants");
}
