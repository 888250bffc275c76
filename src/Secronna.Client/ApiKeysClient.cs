using Secronna.Client.Connection;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>API keys, which may do everything in their workspace.</summary>
public sealed class ApiKeysClient
{
    private const string All = "/api-keys";

    private readonly ApiConnection connection;

    internal ApiKeysClient(ApiConnection connection) => this.connection = connection;

    /// <summary>Creates a key; its token is in this answer alone.</summary>
    public Task<ApiKeyCreatedResponse> CreateAsync(string name, CancellationToken cancellation = default) => connection.SendAsync(
        ApiRequest.Create(All, new NameRequest(name), ClientJson.Default.NameRequest),
        ProtocolJson.Default.ApiKeyCreatedResponse, cancellation);

    /// <summary>The keys, the oldest first.</summary>
    public IAsyncEnumerable<ApiKeyResponse> ListAsync(CancellationToken cancellation = default) =>
        connection.ListAsync(All, Limits.PageMaximum, ClientJson.Default.IReadOnlyListApiKeyResponse, cancellation);

    /// <summary>Deletes a key, which ends it at once.</summary>
    public Task<DeletedResponse> DeleteAsync(string id, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Delete($"{All}/{ApiRequest.Part(id)}"), ProtocolJson.Default.DeletedResponse, cancellation);
}
