using Secronna.Cli.Files;
using Xunit;

namespace Secronna.UnitTests.Cli.Files;

/// <summary>A folder of files that only their owner may change.</summary>
public sealed class PrivateFolderTests : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("secronna-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(path, recursive: true);

    // A command that reads the session without the lock must find the session at any time.
    [Fact]
    public void Leftovers_of_killed_writes_are_deleted_and_the_session_itself_is_kept()
    {
        var session = Path.Combine(path, "session.json");
        File.WriteAllBytes(session, [1]);
        File.WriteAllBytes(session + ".0123456789abcdef", [2]);

        new PrivateFolder(path, "session.lock", TimeSpan.Zero).DeleteLeftovers(session);

        Assert.Equal([session], Directory.GetFiles(path));
    }
}
