using System.Net.Sockets;
using System.Text;

namespace Secronna.EndToEndTests.Running;

/// <summary>A PUT over a raw socket whose head and body are sent separately.</summary>
internal sealed class SlowRequest : IDisposable
{
    private const string Body = """{"key":"SLOW","value":"came late"}""";

    private readonly TcpClient connection = new();
    private readonly byte[] received = new byte[16_384];
    private int length;

    private SlowRequest()
    {
    }

    /// <summary>Sends the head with <c>Expect: 100-continue</c>.</summary>
    public static async Task<SlowRequest> BeginAsync(string url, string token, string environmentId)
    {
        var request = new SlowRequest();
        var address = new Uri(url);
        await request.connection.ConnectAsync(address.Host, address.Port);
        await request.SendAsync(
            $"PUT /api/v1/environments/{environmentId}/secrets HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\nExpect: 100-continue\r\n\r\n");
        return request;
    }

    /// <summary>Whether the server sent status 100. It does so when the handler reads the body: the request is in flight then.</summary>
    public async Task<bool> HasReachedHandlerAsync() =>
        (await ReceiveAsync()).StartsWith("HTTP/1.1 100", StringComparison.Ordinal);

    /// <summary>Whether a new connection to the server is refused.</summary>
    public async Task<bool> IsRefusedAsync(string url)
    {
        try
        {
            using var another = new TcpClient();
            var address = new Uri(url);
            await another.ConnectAsync(address.Host, address.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Sends the body and returns the beginning of the answer.</summary>
    public async Task<string> FinishAsync()
    {
        await SendAsync(Body);
        var text = "";
        await Until.HoldsAsync("the answer comes", async () => (text = await ReceiveAsync()).Contains("requestId", StringComparison.Ordinal));
        return text;
    }

    public void Dispose() => connection.Dispose();

    private async Task SendAsync(string text) => await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    private async Task<string> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Until.Patience);
        length += await connection.GetStream().ReadAsync(received.AsMemory(length), patience.Token);
        return Encoding.ASCII.GetString(received, 0, length);
    }
}
