using System.Net.Sockets;
using System.Text;

namespace Secronna.EndToEndTests.Running;

/// <summary>An HTTP server that answers with any bytes, valid or not, and records the heads of the requests.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private const string EndOfHead = "\r\n\r\n";

    private readonly LoopbackListener listener;
    private readonly List<string> asked = [];

    /// <param name="answer">Answers a request, given the connection and the request's head. The connection is closed afterwards.</param>
    public RawServer(Func<NetworkStream, string, CancellationToken, Task> answer) => listener = new LoopbackListener(async (client, over) =>
    {
        var head = await HeadAsync(client.GetStream(), over);
        lock (asked)
        {
            asked.Add(head);
        }

        await answer(client.GetStream(), head, over);
    });

    public string Url => $"http://127.0.0.1:{listener.Port}";

    /// <summary>The heads of all requests so far.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (asked)
            {
                return [.. asked];
            }
        }
    }

    /// <summary>Creates a server that answers every request with these bytes and closes the connection.</summary>
    public static RawServer Saying(string bytes) =>
        new((stream, _, over) => stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), over).AsTask());

    public ValueTask DisposeAsync() => listener.DisposeAsync();

    private static async Task<string> HeadAsync(NetworkStream stream, CancellationToken over)
    {
        var head = new StringBuilder();
        var next = new byte[1];
        while (!head.ToString().EndsWith(EndOfHead, StringComparison.Ordinal) && await stream.ReadAsync(next, over) > 0)
        {
            head.Append((char)next[0]);
        }

        return head.ToString();
    }
}
