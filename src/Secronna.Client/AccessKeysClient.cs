using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The operations on access keys (<c>st_live_…</c>), which may do with secrets what their grants allow.</summary>
public sealed class AccessKeysClient
{
    private const string All = "/access-keys";

    private readonly ApiConnection connection;

    internal AccessKeysClient(ApiConnection connection) => this.connection = connection;

    private static ProtocolJson Json => ProtocolJson.Default;

    /// <summary>
    /// Creates a key. Its token is in this answer and can never be read again. A key without grants may do everything with
    /// the workspace's secrets.
    /// </summary>
    public Task<AccessKeyCreatedResponse> CreateAsync(AccessKeyRequest key, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Create(All, key, ClientJson.Default.AccessKeyRequest), Json.AccessKeyCreatedResponse, cancellation);

    /// <summary>Lists the keys, oldest first, revoked ones included.</summary>
    public IAsyncEnumerable<AccessKeyResponse> ListAsync(CancellationToken cancellation = default) =>
        connection.ListAsync(All, Limits.PageMaximum, ClientJson.Default.IReadOnlyListAccessKeyResponse, cancellation);

    /// <summary>Changes a key. A field that is <c>null</c> stays as it is; an empty list of grants allows everything.</summary>
    public Task<AccessKeyResponse> ChangeAsync(string id, AccessKeyChangeRequest change, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(id), change, ClientJson.Default.AccessKeyChangeRequest), Json.AccessKeyResponse, cancellation);

    /// <summary>Revokes a key. Every node of the server refuses it within a second.</summary>
    public Task<RevokedResponse> RevokeAsync(string id, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Create(Path(id) + "/revoke"), Json.RevokedResponse, cancellation);

    private static string Path(string id) => $"{All}/{ApiRequest.Escape(id)}";
}
