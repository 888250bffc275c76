using Secronna.Cli.Session;
using Xunit;

namespace Secronna.UnitTests.Cli.Session;

/// <summary>The folder of the saved session.</summary>
public sealed class SessionFolderTests : IDisposable
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

        new SessionFolder(path).DeleteLeftovers(session);

        Assert.Equal([session], Directory.GetFiles(path));
    }
}
