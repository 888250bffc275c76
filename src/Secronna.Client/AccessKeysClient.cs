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
    /// Creates a key. Its token is in this answer and can never be read again. Without grants (<c>null</c>) it may do everything
    /// with the workspace's secrets; with an empty list of grants it may do nothing.
    /// </summary>
    public Task<AccessKeyCreatedResponse> CreateAsync(AccessKeyRequest key, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Create(All, key, ClientJson.Default.AccessKeyRequest), Json.AccessKeyCreatedResponse, cancellation);

    /// <summary>Lists the keys, oldest first, revoked ones included.</summary>
    public IAsyncEnumerable<AccessKeyResponse> ListAsync(CancellationToken cancellation = default) =>
        connection.ListAsync(All, Limits.PageMaximum, ClientJson.Default.IReadOnlyListAccessKeyResponse, cancellation);

    /// <summary>Changes a key. A field that is <c>null</c> stays as it is; an empty list of grants takes all power away.</summary>
    public Task<AccessKeyResponse> ChangeAsync(string id, AccessKeyChangeRequest change, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(id), change, ClientJson.Default.AccessKeyChangeRequest), Json.AccessKeyResponse, cancellation);

    /// <summary>Lifts the expiry of a key, so that it lasts until it is revoked.</summary>
    public Task<AccessKeyResponse> LiftExpiryAsync(string id, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(id), new LiftedExpiry(null), ClientJson.Default.LiftedExpiry), Json.AccessKeyResponse, cancellation);

    /// <summary>The credentials that a key made. Access keys can't make any so far.</summary>
    public Task<MadeResponse> GetMadeAsync(string id, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get(Path(id) + "/made"), Json.MadeResponse, cancellation);

    /// <summary>Revokes a key. Every node of the server refuses it within a second.</summary>
    public Task<RevokedResponse> RevokeAsync(string id, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Create(Path(id) + "/revoke"), Json.RevokedResponse, cancellation);

    private static string Path(string id) => $"{All}/{ApiRequest.Escape(id)}";
}
