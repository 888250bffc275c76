using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;

namespace Secronna.Server.Hosting;

/// <summary>Compares a database with what the node remembers of it, before the server starts (S33).</summary>
internal static class RememberedTrails
{
    /// <summary>Requires that each trail extends what the node remembers.</summary>
    /// <exception cref="SettingsException">A trail does not, or the memory can't be read.</exception>
    public static async Task RequireAsync(IServiceProvider services)
    {
        try
        {
            await services.GetRequiredService<CheckpointMemory>().RequireAllAsync();
        }
        catch (Exception exception) when (exception is TrailBehindException or TrailDamagedException)
        {
            throw new SettingsException(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"the state folder can't be read: {exception.Message}");
        }
    }
}
