using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Secronna.Tests.Contract;

/// <summary>Reaches a server over plain HTTP with plain JSON, as any language could: it uses none of our libraries.</summary>
/// <param name="http">Sends the requests.</param>
/// <param name="server">The server's origin.</param>
/// <param name="token">The caller's token; null sends no credential.</param>
internal sealed class HttpDriver(HttpClient http, Uri server, string? token) : ContractDriver
{
    public override HttpDriver OverHttp => this;

    /// <summary>The same server without a credential.</summary>
    public HttpDriver Anonymous => new(http, server, null);

    public override ContractDriver As(string another) => new HttpDriver(http, server, another);

    public override async Task<Outcome> TryAsync(Operation operation)
    {
        var items = new JsonArray();
        string? cursor = null;
        do
        {
            using var response = await SendAsync(operation, cursor);
            var envelope = await HttpAnswerCheck.ReadAsync(response, operation);
            if (envelope is null)
            {
                return new Outcome(null, null);
            }

            if (envelope["error"] is { } error)
            {
                return new Outcome(null, (string)error["code"]!, (string)error["message"]!);
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

    /// <summary>
    /// Sends a request, checks what must hold for every answer, and returns the answer, whether it is a success or an error.
    /// </summary>
    public async Task<HttpResponseMessage> AnswerAsync(Operation operation)
    {
        var response = await SendAsync(operation, null);
        await HttpAnswerCheck.ReadAsync(response, operation);
        return response;
    }

    private async Task<HttpResponseMessage> SendAsync(Operation operation, string? cursor)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri(server, "/api/v1" + operation.PathAt(cursor)));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (operation.Text is { } text)
        {
            request.Content = new StringContent(text, Encoding.UTF8, operation.MediaType);
        }

        if (operation.KnownRevision is { } revision)
        {
            request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{revision}\""));
        }

        if (operation.IdempotencyKey is { } key)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (operation.Reason is { } reason)
        {
            request.Headers.Add("Secronna-Reason", reason);
        }

        return await http.SendAsync(request);
    }
}
