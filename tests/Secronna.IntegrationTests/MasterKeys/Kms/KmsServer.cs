using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Secronna.Server.MasterKeys;

namespace Secronna.IntegrationTests.MasterKeys.Kms;

/// <summary>A received request: its action (<c>Encrypt</c>, …), its body, and whether its signature is right.</summary>
internal sealed record KmsRequest(string Action, JsonObject Body, bool IsSigned);

/// <summary>What the server answers instead of the right answer. For an error it has a code; the status is 400 by default.</summary>
internal sealed record KmsTrouble(string Code, int Status = 400)
{
    /// <summary>Sends no answer until the caller disconnects.</summary>
    public static readonly KmsTrouble Silence = new("");

    /// <summary>Answers with this text and status 200.</summary>
    public static KmsTrouble Answer(string text) => new(text, 200);
}

/// <summary>A server that speaks AWS KMS's JSON protocol with keys of its own. It records every request.</summary>
internal sealed class KmsServer : IAsyncDisposable
{
    public const string Region = "eu-central-1";

    private readonly ConcurrentQueue<KmsRequest> requests = [];
    private WebApplication? app;
    private int port;

    public KmsKeys Keys { get; } = new();

    public IReadOnlyCollection<KmsRequest> Requests => requests;

    public KmsTrouble? Trouble { get; set; }

    public static string Arn(string name) => $"arn:aws:kms:{Region}:111122223333:key/{name}";

    public static async Task<KmsServer> StartAsync()
    {
        KmsSignature.UseCredentials();
        var server = new KmsServer();
        await server.ListenAsync();
        return server;
    }

    public MasterKeySettings Settings(params string[] keyIds)
    {
        var settings = new MasterKeySettings { Provider = "AwsKms", Region = Region, Endpoint = $"http://127.0.0.1:{port}" };
        foreach (var id in keyIds)
        {
            settings.KeyIds.Add(id);
        }

        return settings;
    }

    /// <summary>Starts to listen, on the same port as before if it was stopped.</summary>
    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        app = builder.Build();
        app.MapPost("/", AnswerAsync);
        await app.StartAsync();
        port = new Uri(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    /// <summary>Stops to listen, so that connections are refused.</summary>
    public async Task StopAsync()
    {
        await app!.DisposeAsync();
        app = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        var action = http.Request.Headers["X-Amz-Target"].ToString().Replace("TrentService.", "", StringComparison.Ordinal);
        var request = new KmsRequest(action, JsonNode.Parse(bytes)!.AsObject(), KmsSignature.Holds(http.Request, bytes));
        requests.Enqueue(request);
        if (Trouble == KmsTrouble.Silence)
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        try
        {
            var answer = Trouble is { } trouble ? throw new KmsRefusal(trouble) : Keys.Answer(request);
            await WriteAsync(http, 200, answer.ToJsonString());
        }
        catch (KmsRefusal refusal)
        {
            var (code, status) = refusal.Trouble;
            var error = new JsonObject { ["__type"] = code, ["message"] = "refused" };
            await WriteAsync(http, status, status == 200 ? code : error.ToJsonString());
        }
    }

    private static Task WriteAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/x-amz-json-1.1";
        return http.Response.WriteAsync(body);
    }
}

/// <summary>Makes the server answer with an error.</summary>
internal sealed class KmsRefusal(KmsTrouble trouble) : Exception(trouble.Code)
{
    public KmsTrouble Trouble => trouble;
}
