using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Secronna.Tests.Contract;

/// <summary>Plain HTTP and JSON, as any language has them: nothing of ours is in it.</summary>
/// <param name="http">Sends.</param>
/// <param name="server">The server's origin.</param>
/// <param name="token">Who asks.</param>
internal sealed class HttpDriver(HttpClient http, Uri server, string token) : ContractDriver
{
    public override HttpDriver OverHttp => this;

    public override ContractDriver As(string another) => new HttpDriver(http, server, another);

    public override async Task<Outcome> TryAsync(Operation operation)
    {
        var items = new JsonArray();
        string? cursor = null;
        do
        {
            using var response = await SendAsync(operation, cursor);
            if (response.StatusCode == HttpStatusCode.NotModified)
            {
                return new Outcome(null, null);
            }

            var envelope = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            if (envelope["error"] is { } error)
            {
                return new Outcome(null, (string)error["code"]!);
            }

            var data = envelope["data"]!;
            if (!operation.IsList)
            {
                return Outcome.Of(operation.Shape?.Invoke(data) ?? data);
            }

            data.AsArray().ToList().ForEach(item => items.Add(item!.DeepClone()));
            cursor = (string?)envelope["meta"]!["cursor"];
        }
        while (cursor is not null);
        return Outcome.Of(items);
    }

    private async Task<HttpResponseMessage> SendAsync(Operation operation, string? cursor)
    {
        var path = cursor is null ? operation.Path : $"{operation.Path}{(operation.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}";
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri(server, "/api/v1" + path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (operation.Body is { } body)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        if (operation.KnownRevision is { } revision)
        {
            request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{revision}\""));
        }

        return await http.SendAsync(request);
    }
}
