using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Secronna.EndToEndTests.Running;

/// <summary>Answers what it is told to whatever it is asked over HTTP, byte by byte as that may be, and remembers what it was asked.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private const string EndOfHead = "\r\n\r\n";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Func<NetworkStream, string, CancellationToken, Task> answer;
    private readonly List<Task> connections = [];
    private readonly List<string> asked = [];
    private readonly Task accepting;

    /// <param name="answer">Gets the connection and the request's head; the connection ends with it.</param>
    public RawServer(Func<NetworkStream, string, CancellationToken, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>The heads of all requests.</summary>
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

    /// <summary>Answers these bytes and hangs up.</summary>
    public static RawServer Saying(string bytes) =>
        new((stream, _, over) => stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), over).AsTask());

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections);
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(end.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var head = await HeadAsync(connection.GetStream());
            lock (asked)
            {
                asked.Add(head);
            }

            await answer(connection.GetStream(), head, end.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // The client went, or the test is over.
        }
    }

    private async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var next = new byte[1];
        while (!head.ToString().EndsWith(EndOfHead, StringComparison.Ordinal) && await stream.ReadAsync(next, end.Token) > 0)
        {
            head.Append((char)next[0]);
        }

        return head.ToString();
    }
}
