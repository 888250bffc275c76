using Secronna.EndToEndTests.Running;

[assembly: AssemblyFixture(typeof(PreparedInstallation))]

namespace Secronna.EndToEndTests.Running;

/// <summary>
/// The installation that <see cref="TestInstallation.CreateAsync()"/> copies: set up by the program's commands when the
/// first test asks, and gone with the last. The four commands cost more than most tests do.
/// </summary>
public sealed class PreparedInstallation : IAsyncDisposable
{
    private static readonly Lazy<Task<TestInstallation>> Installation = new(TestInstallation.CreateOtherAsync);

    internal static Task<TestInstallation> GetAsync() => Installation.Value;

    public async ValueTask DisposeAsync()
    {
        if (Installation.IsValueCreated)
        {
            (await Installation.Value).Dispose();
        }
    }
}
