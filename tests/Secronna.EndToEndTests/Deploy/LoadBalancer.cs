using System.Diagnostics;
using System.Net.Sockets;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Deploy;

/// <summary>haproxy with the shipped configuration; ended with the test.</summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private readonly Process process;

    private LoadBalancer(Process process, string url) => (this.process, Url) = (process, url);

    public string Url { get; }

    /// <summary>Starts it and waits until it takes connections. What it logs goes to a file.</summary>
    public static async Task<LoadBalancer> StartAsync(IReadOnlyDictionary<string, string> addresses, string log)
    {
        // Debian keeps it where only an administrator's PATH looks.
        var program = new[] { "/usr/sbin/haproxy", "/usr/local/sbin/haproxy" }.FirstOrDefault(File.Exists) ?? "haproxy";
        var command = $"exec {program} -f '{DeployFiles.PathOf("three-nodes/haproxy.cfg")}' >'{log}' 2>&1 </dev/null";
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]);
        foreach (var (name, address) in addresses)
        {
            start.Environment[name] = address;
        }

        var balancer = new LoadBalancer(Process.Start(start)!, "http://" + addresses["SECRONNA_BALANCER"]);
        try
        {
            await Until.HoldsAsync("the balancer listens", () => TakesConnectionsAsync(addresses["SECRONNA_BALANCER"]));
            return balancer;
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        process.Dispose();
    }

    private static async Task<bool> TakesConnectionsAsync(string address)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(System.Net.IPEndPoint.Parse(address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
