using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The operations on API keys (<c>sk_live_…</c>), which may do everything in their workspace.</summary>
public sealed class ApiKeysClient
{
    private const string All = "/api-keys";

    private readonly ApiConnection connection;

    internal ApiKeysClient(ApiConnection connection) => this.connection = connection;

    /// <summary>
    /// Creates a key. Its token is in this answer and can never be read again. Without <paramref name="expiresInDays"/> it lasts
    /// until it is revoked, unless the API key that makes it expires: then it expires with that.
    /// </summary>
    public Task<ApiKeyCreatedResponse> CreateAsync(string name, int? expiresInDays = null, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Create(All, new ApiKeyRequest(name, expiresInDays), ClientJson.Default.ApiKeyRequest),
            ProtocolJson.Default.ApiKeyCreatedResponse, cancellation);

    /// <summary>Lists the keys that are not revoked, oldest first.</summary>
    public IAsyncEnumerable<ApiKeyResponse> ListAsync(CancellationToken cancellation = default) =>
        connection.ListAsync(All, Limits.PageMaximum, ClientJson.Default.IReadOnlyListApiKeyResponse, cancellation);

    /// <summary>
    /// Revokes a key and removes it from the list. With <paramref name="cascade"/>, so it does with all credentials that it made, directly or through what it made. Every
    /// node of the server refuses them within a second.
    /// </summary>
    public Task<ApiKeyDeletedResponse> DeleteAsync(string id, bool cascade = false, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Delete(Path(id) + (cascade ? "?cascade=true" : "")), ProtocolJson.Default.ApiKeyDeletedResponse, cancellation);

    /// <summary>The credentials that a key made, directly or through what it made, revoked ones included.</summary>
    public Task<MadeResponse> GetMadeAsync(string id, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get(Path(id) + "/made"), ProtocolJson.Default.MadeResponse, cancellation);

    private static string Path(string id) => $"{All}/{ApiRequest.Escape(id)}";
}
