using Secronna.Client.Connection;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>Access keys, which may do with secrets what they are granted.</summary>
public sealed class AccessKeysClient
{
    private const string All = "/access-keys";

    private readonly ApiConnection connection;

    internal AccessKeysClient(ApiConnection connection) => this.connection = connection;

    private static ProtocolJson Json => ProtocolJson.Default;

    /// <summary>Creates a key; its token is in this answer alone. Without grants it may do all with the workspace's secrets.</summary>
    public Task<AccessKeyCreatedResponse> CreateAsync(AccessKeyRequest key, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Create(All, key, ClientJson.Default.AccessKeyRequest), Json.AccessKeyCreatedResponse, cancellation);

    /// <summary>The keys, the oldest first, those included that were revoked.</summary>
    public IAsyncEnumerable<AccessKeyResponse> ListAsync(CancellationToken cancellation = default) =>
        connection.ListAsync(All, Limits.PageMaximum, ClientJson.Default.IReadOnlyListAccessKeyResponse, cancellation);

    /// <summary>Changes a key; what is null stays. An empty list of grants is all.</summary>
    public Task<AccessKeyResponse> ChangeAsync(string id, AccessKeyChangeRequest change, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(id), change, ClientJson.Default.AccessKeyChangeRequest), Json.AccessKeyResponse, cancellation);

    /// <summary>Ends a key at once.</summary>
    public Task<RevokedResponse> RevokeAsync(string id, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Create(Path(id) + "/revoke"), Json.RevokedResponse, cancellation);

    private static string Path(string id) => $"{All}/{ApiRequest.Part(id)}";
}
