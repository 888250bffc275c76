using System.Net.Sockets;
using System.Text;

namespace Secronna.EndToEndTests.Running;

/// <summary>A write whose body comes in two halves, by hand over a socket.</summary>
internal sealed class SlowRequest : IDisposable
{
    private const string Body = """{"key":"SLOW","value":"came late"}""";

    private readonly TcpClient connection = new();
    private readonly byte[] received = new byte[16_384];
    private int length;

    private SlowRequest()
    {
    }

    /// <summary>Sends the head, which asks whether to go on.</summary>
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

    /// <summary>The server says 100 when the handler asks for the body: so then the request is in flight.</summary>
    public async Task<bool> HasReachedHandlerAsync() =>
        (await ReceiveAsync()).StartsWith("HTTP/1.1 100", StringComparison.Ordinal);

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

    /// <summary>Sends the body and gives the answer's beginning.</summary>
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
