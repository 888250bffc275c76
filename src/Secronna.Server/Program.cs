return await Secronna.Server.Commands.CommandLine.RunAsync(args);
