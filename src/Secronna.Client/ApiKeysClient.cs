using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The operations on API keys (<c>sk_live_…</c>), which may do everything in their workspace.</summary>
public sealed class ApiKeysClient
{
    private const string All = "/api-keys";

    private readonly ApiConnection connection;

    internal ApiKeysClient(ApiConnection connection) => this.connection = connection;

    /// <summary>Creates a key. Its token is in this answer and can never be read again.</summary>
    public Task<ApiKeyCreatedResponse> CreateAsync(string name, CancellationToken cancellation = default) => connection.SendAsync(
        ApiRequest.Create(All, new NameRequest(name), ClientJson.Default.NameRequest),
        ProtocolJson.Default.ApiKeyCreatedResponse, cancellation);

    /// <summary>Lists the keys that are not revoked, oldest first.</summary>
    public IAsyncEnumerable<ApiKeyResponse> ListAsync(CancellationToken cancellation = default) =>
        connection.ListAsync(All, Limits.PageMaximum, ClientJson.Default.IReadOnlyListApiKeyResponse, cancellation);

    /// <summary>Revokes a key and removes it from the list. Every node of the server refuses it within a second.</summary>
    public Task<DeletedResponse> DeleteAsync(string id, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Delete($"{All}/{ApiRequest.Escape(id)}"), ProtocolJson.Default.DeletedResponse, cancellation);
}
