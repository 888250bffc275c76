using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Harness;

/// <summary>Sends bytes exactly as given, for requests that no client library would send.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Sends a request and returns the answer's head and, up to its Content-Length, its body (16 KiB in all at most).
    /// </summary>
    public static async Task<string> SendAsync(Uri address, byte[] request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        var stream = socket.GetStream();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await stream.WriteAsync(request, patience.Token);
        }
        catch (IOException)
        {
            // The server answered before it read the whole request.
        }

        var answer = new byte[16 * 1024];
        var filled = 0;
        try
        {
            while (filled < answer.Length && !IsWhole(answer.AsSpan(0, filled))
                && await stream.ReadAsync(answer.AsMemory(filled), patience.Token) is > 0 and var read)
            {
                filled += read;
            }
        }
        catch (IOException)
        {
            // The connection was reset after the answer.
        }

        return Encoding.UTF8.GetString(answer, 0, filled);
    }

    public static async Task<int> StatusAsync(Uri address, byte[] request)
    {
        var answer = await SendAsync(address, request);
        Assert.StartsWith("HTTP/1.1 ", answer, StringComparison.Ordinal);
        return int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var text = Encoding.UTF8.GetString(answer);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var length = text.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        return length is not null && Encoding.UTF8.GetByteCount(text[(end + 4)..]) >= int.Parse(length[16..], CultureInfo.InvariantCulture);
    }
}
