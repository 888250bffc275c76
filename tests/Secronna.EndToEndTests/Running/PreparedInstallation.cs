using Secronna.EndToEndTests.Running;

[assembly: AssemblyFixture(typeof(PreparedInstallation))]

namespace Secronna.EndToEndTests.Running;

/// <summary>
/// The installation that <see cref="TestInstallation.CreateAsync()"/> copies. The program's commands set it up when the first
/// test asks for it. It is removed after the last test. Tests share it because its four commands take longer than most tests.
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
