using System.Text.Json;
using Secronna.Client;

namespace Secronna.Tests.Contract;

/// <summary>Reaches a server with the .NET client.</summary>
/// <param name="http">Reaches the same server as the same caller over plain HTTP.</param>
/// <param name="clientOf">Makes a client that sends a token.</param>
/// <param name="token">The caller's token.</param>
internal sealed class ClientDriver(HttpDriver http, Func<string, SecronnaClient> clientOf, string token) : ContractDriver
{
    public override HttpDriver OverHttp => http;

    public override ContractDriver As(string another) => new ClientDriver((HttpDriver)http.As(another), clientOf, another);

    public override async Task<Outcome> TryAsync(Operation operation)
    {
        using var client = clientOf(token);
        try
        {
            return Outcome.Of(JsonSerializer.SerializeToNode(await operation.ByClient(client), JsonSerializerOptions.Web));
        }
        catch (SecronnaException exception)
        {
            return new Outcome(null, exception.Code, exception.Message);
        }
    }
}
