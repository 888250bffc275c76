using System.Text.Json;
using Secronna.Client;

namespace Secronna.Tests.Contract;

/// <summary>The .NET client.</summary>
/// <param name="http">The same by plain HTTP.</param>
/// <param name="clientOf">A client that asks with a token.</param>
/// <param name="token">Who asks.</param>
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
