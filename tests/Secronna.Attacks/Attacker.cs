using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Secronna.Tests.Http2;

namespace Secronna.Attacks;

/// <summary>
/// Sends an attack's requests, from an address of its own, and counts the answers. Its failures are what the server wants, so they
/// end nothing.
/// </summary>
internal sealed class Attacker(Target target, CancellationToken end) : IDisposable
{
    /// <summary>The address that the attacks come from. The victim has another one, as in life.</summary>
    public static readonly IPAddress Address = IPAddress.Parse("127.0.0.2");

    private readonly ConcurrentDictionary<string, int> answers = new();
    private readonly HttpClient client = NewClient(target.Url, Address);

    public Target Target => target;

    /// <summary>Is cancelled when the attack must end.</summary>
    public CancellationToken End => end;

    /// <summary>How often each answer came: a status, or the kind of a failure.</summary>
    public string Answers => string.Join(", ", answers.OrderByDescending(answer => answer.Value).Select(answer => $"{answer.Key}: {answer.Value}"));

    /// <summary>A name that was not used before.</summary>
    public static string NewName() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>A client that sends from an address.</summary>
    public static HttpClient NewClient(Uri url, IPAddress from)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancellation) => await ConnectAsync(url, from, cancellation),
            MaxConnectionsPerServer = 256,
        };
        return new HttpClient(handler) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>Connects to a plain address of the server.</summary>
    public static async ValueTask<Stream> ConnectAsync(Uri url, IPAddress from, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(IPAddress.Loopback, url.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects with TLS and HTTP/2. Any certificate is accepted.</summary>
    public async Task<Http2Connection> ConnectHttp2Async(int initialWindow)
    {
        var transport = await ConnectAsync(target.TlsUrl, Address, end);
        return await Http2Connection.StartAsync(transport, target.TlsUrl.Host, initialWindow, static _ => { }, end);
    }

    /// <summary>Does something again and again, several at once, until the attack must end.</summary>
    public Task RepeatAsync(int parallel, Func<int, Task> action) =>
        Task.WhenAll(Enumerable.Range(0, parallel).Select(worker => Task.Run(async () =>
        {
            for (var i = worker; !end.IsCancellationRequested; i += parallel)
            {
                await CountAsync(() => action(i));
            }
        }, CancellationToken.None)));

    /// <summary>Sends a request and reads its answer.</summary>
    public Task SendAsync(
        HttpMethod method, string path, string token, string? json, params (string Name, string Value)[] headers) =>
        SendAsync(client, method, path, token, json, headers);

    /// <summary>Sends a request with another client, and reads its answer.</summary>
    public async Task SendAsync(
        HttpClient other, HttpMethod method, string path, string token, string? json,
        params (string Name, string Value)[] headers)
    {
        using var request = NewRequest(method, path, token, json);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await other.SendAsync(request, end);
        Count(((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Sends a request on a connection of its own, reads nothing of the answer, and hangs up after a time.</summary>
    public async Task AskAndHangUpAsync(string method, string path, string token, TimeSpan after)
    {
        await using var stream = await ConnectAsync(target.Url, Address, end);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"{method} /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"),
            end);
        Count("asked");
        await Task.Delay(after, end);
    }

    /// <summary>Creates something as an administrator. Returns the answer's data, or <c>null</c> if nothing was created.</summary>
    public async Task<JsonElement?> CreateAsync(HttpMethod method, string path, string json)
    {
        using var request = NewRequest(method, path, target.AdminToken, json);
        using var answer = await client.SendAsync(request, end);
        Count($"created: {(int)answer.StatusCode}");
        return answer.StatusCode == HttpStatusCode.Created
            ? JsonElement.Parse(await answer.Content.ReadAsStringAsync(end)).GetProperty("data")
            : null;
    }

    /// <summary>Counts an answer.</summary>
    public void Count(string answer) => answers.AddOrUpdate(answer, 1, (_, count) => count + 1);

    public void Dispose() => client.Dispose();

    private static HttpRequestMessage NewRequest(HttpMethod method, string path, string token, string? json) =>
        new(method, "/api/v1" + path)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"),
        };

    private async Task CountAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            Count(exception.GetType().Name);
            await Task.Yield();
        }
    }
}
