using System.Net.Sockets;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Hosting;

/// <summary>A server on a Unix socket, and what a server that was killed leaves behind.</summary>
public sealed class UnixSocketTests
{
    [Fact]
    public async Task A_server_that_was_killed_starts_again_on_its_socket_and_the_command_line_can_use_it()
    {
        using var installation = await TestInstallation.CreateAsync();
        var (path, url) = (installation.Folder["api.sock"], $"http://unix:{installation.Folder["api.sock"]}");
        var cli = new CommandLine(installation.Folder.Path, url, installation.Token);
        using (var first = new RunningCommand(installation, "serve", "--urls", url))
        {
            await Until.HoldsAsync("the server listens", () => AcceptsAsync(path));
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));

            var second = await installation.RunAsync("serve", "--urls", url);
            Assert.Equal(1, second.ExitCode);
            Assert.Contains($"another program listens on the socket {path}", second.Error, StringComparison.Ordinal);
            await first.KillAsync();
        }

        Assert.True(File.Exists(path));
        var gone = await cli.RunAsync("", "auth", "whoami");
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains(path, gone.Error, StringComparison.Ordinal);

        using var again = new RunningCommand(installation, "serve", "--urls", url);
        await Until.HoldsAsync("the server listens again", () => AcceptsAsync(path));
        var used = await cli.RunAsync("", "auth", "whoami");
        Assert.Equal(0, used.ExitCode);
        Assert.Contains(url, used.Out + used.Error, StringComparison.Ordinal);
        await again.KillAsync();
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_not_removed()
    {
        using var installation = await TestInstallation.CreateAsync();
        await File.WriteAllTextAsync(installation.Folder["file"], "text");
        var ended = await installation.RunAsync("serve", "--urls", $"http://unix:{installation.Folder["file"]}");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"{installation.Folder["file"]}, because another file is there", ended.Error, StringComparison.Ordinal);
        Assert.Equal("text", await File.ReadAllTextAsync(installation.Folder["file"]));
    }

    [Theory]
    [InlineData("http://unix:/nowhere/at/all.sock", "there is no folder for the socket /nowhere/at/all.sock")]
    [InlineData("http://127.0.0.1:70000", "http://127.0.0.1:70000 is not an address to listen on")]
    [InlineData("http://127.0.0.1:0/path", "http://127.0.0.1:0/path is not an address to listen on")]
    [InlineData("ftp://127.0.0.1:0", "ftp://127.0.0.1:0 is not an address to listen on")]
    [InlineData(" ; ", "--urls or ASPNETCORE_URLS is empty")]
    [InlineData("https://192.0.2.1:443", "https://192.0.2.1:443 needs a certificate")]
    public async Task An_address_that_nobody_can_listen_on_is_named(string url, string said)
    {
        using var installation = await TestInstallation.CreateAsync();
        var ended = await installation.RunAsync("serve", "--urls", url);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(said, ended.Error, StringComparison.Ordinal);
    }

    private static async Task<bool> AcceptsAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
