using System.Net;
using System.Net.Sockets;

namespace Secronna.EndToEndTests.Deploy;

/// <summary>The shipped files of <c>deploy/</c>, as the build puts them beside the tests.</summary>
internal static class DeployFiles
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "deploy");

    public static string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Copies all shipped files to a folder.</summary>
    public static void CopyTo(TemporaryFolder folder)
    {
        foreach (var file in Directory.GetFiles(Root, "*", SearchOption.AllDirectories))
        {
            var copy = folder[Path.Combine("deploy", Path.GetRelativePath(Root, file))];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Returns free addresses for the load balancer and its nodes, by the names of the variables in haproxy.cfg.</summary>
    public static Dictionary<string, string> NewAddresses()
    {
        string[] names = ["SECRONNA_BALANCER", "SECRONNA_NODE_1", "SECRONNA_NODE_2", "SECRONNA_NODE_3"];
        // All ports are held until the last one is found, so that no two are the same.
        var listeners = names.Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var addresses = names.Zip(listeners, (name, listener) => (name, address: listener.LocalEndpoint.ToString()!))
            .ToDictionary(pair => pair.name, pair => pair.address);
        listeners.ForEach(listener => listener.Stop());
        return addresses;
    }
}
