// Greets with a secret of `secronna-server dev`. Start that, source its dev.env, and run this; then change the secret.
var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddSecronna(options =>
{
    options.Environment = "demo/development";
    options.ReloadInterval = TimeSpan.FromSeconds(5);
    // Says when the values may be old: the server could not be asked for newer ones.
    options.LoggerFactory = LoggerFactory.Create(logging => logging.AddConsole());
});
var app = builder.Build();
app.MapGet("/", (IConfiguration configuration) => configuration["GREETING"]);
app.Run();
